/* A disk that takes its time: every fsync and fdatasync of the process that preloads this lasts 4 ms longer. */
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static void linger(void) {
    struct timespec rest = {0, 4000000};
    nanosleep(&rest, NULL);
}

int fsync(int file) {
    linger();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    linger();
    return (int)syscall(SYS_fdatasync, file);
}
