# Keeps what a program prints: cmake -DTO=file -P capture.cmake -- program word...
# The file is there only when the program has succeeded.
set(command)
set(seen FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(seen)
    list(APPEND command "${CMAKE_ARGV${i}}")
  elseif(CMAKE_ARGV${i} STREQUAL "--")
    set(seen TRUE)
  endif()
endforeach()
execute_process(COMMAND ${command} OUTPUT_FILE "${TO}.new"
                RESULT_VARIABLE result)
if(NOT result EQUAL 0)
  file(REMOVE "${TO}.new")
  message(FATAL_ERROR "'${command}' ended with: ${result}")
endif()
file(RENAME "${TO}.new" "${TO}")
