/* SPDX-License-Identifier: MIT */
/* A copy that is stopped: what it leaves. Which of several files is taken, and
 * what is said of the others: test_transfer.c. */
#include "net/local.h"

#include <signal.h>
#include <sys/stat.h>

#include "base/interrupt.h"
#include "fixtures.h"
#include "helpers.h"

static bool accept(void *context, const char *path, struct error *why)
{
    (void)context;
    (void)path;
    (void)why;
    return true;
}

/* As soon as the copy begins there is a signal that it has to hear. */
static int copy_interrupted(void *argument)
{
    const struct transfer_file file = {
        .name = "f", .path = "to/f", .max_bytes = 1 << 20, .check = accept
    };
    struct error err = { 0 };

    (void)argument;
    interrupt_install();
    raise(SIGTERM);
    if (local_copy("from", &file, &err))
        return 1;
    return err.code == FAIL_INTERRUPTED ? 0 : 2;
}

static void test_interrupted(void **state)
{
    (void)state;
    assert_int_equal(mkdir("from", 0777), 0);
    assert_int_equal(mkdir("to", 0777), 0);
    file_make("from/f", "good", 4);
    assert_int_equal(child_run(copy_interrupted, NULL), 0);
    assert_int_equal(entries_count("to"), 0);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        IN_TEMP_DIR(test_interrupted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
