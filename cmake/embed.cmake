# Turns a file into a C array: cmake -DFROM=file -DTO=file.c -DNAME=name
#                                   -DHEADER=header.h -P embed.cmake
file(READ "${FROM}" hex HEX)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
string(REGEX REPLACE "(0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,0x..,)"
                     "    \\1\n" bytes "${bytes}")
file(WRITE "${TO}" "/* Made from ${NAME}'s source by cmake/embed.cmake. */
#include \"${HEADER}\"

const unsigned char ${NAME}[] = {
${bytes}
};
const size_t ${NAME}_bytes = sizeof ${NAME};
")
