/* A 64-bit ARM that does what it is told on its standard input: see `emulated.rs`, which says what each request means. */
#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/resource.h>

enum { MAP = 1, WRITE, READ, UNMAP, CALL, SYMBOL, STACK, STATUS };

/* What a call answers: that it has returned, or that it asks for the value of a function. */
enum { RETURNED, ASKS };

struct request {
    uint64_t what, a, b, c, d;
};

/* Puts something else into every register that a function may change, the upper halves of the vectors included. */
static void change_registers(void)
{
    __asm__ volatile(
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17\n\tmvn x\\n, xzr\n\t.endr\n\t"
        ".irp n, 0,1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27,28,29,30,31\n\t"
        "movi v\\n\\().16b, #0xa5\n\t.endr\n\t"
        "cmp xzr, xzr" ::
            : "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
              "x16", "x17", "v0", "v1", "v2", "v3", "v4", "v5", "v6", "v7", "v8", "v9", "v10", "v11", "v12", "v13",
              "v14", "v15", "v16", "v17", "v18", "v19", "v20", "v21", "v22", "v23", "v24", "v25", "v26", "v27", "v28",
              "v29", "v30", "v31", "cc", "memory");
}

static uint32_t safepoint_status;

static uint32_t safepoint(void *context)
{
    (void)context;
    change_registers();
    return safepoint_status;
}

/* What code imports and must not call. */
static void never(void)
{
    abort();
}

static void get(void *to, size_t size)
{
    if (size != 0 && fread(to, size, 1, stdin) != 1)
        exit(0);
}

static void answer(const void *from, size_t size)
{
    if ((size != 0 && fwrite(from, size, 1, stdout) != 1) || fflush(stdout) != 0)
        exit(1);
}

static void answer_number(uint64_t number)
{
    answer(&number, sizeof number);
}

/* The value of a function of floats: who has started this computes it. */
static uint64_t asked(uint64_t number, uint64_t a, uint64_t b)
{
    uint64_t question[4] = {ASKS, number, a, b}, value;
    answer(question, sizeof question);
    get(&value, sizeof value);
    change_registers();
    return value;
}

union word {
    uint64_t bits;
    double f64;
    float f32;
};

#define FUNCTIONS(number)                                               \
    static double doubles_##number(double a, double b)                  \
    {                                                                   \
        union word x = {.f64 = a}, y = {.f64 = b};                      \
        union word value = {.bits = asked(number, x.bits, y.bits)};     \
        return value.f64;                                               \
    }                                                                   \
    static float singles_##number(float a, float b)                     \
    {                                                                   \
        union word x = {.bits = 0}, y = {.bits = 0};                    \
        x.f32 = a;                                                      \
        y.f32 = b;                                                      \
        union word value = {.bits = asked(number, x.bits, y.bits)};     \
        return value.f32;                                               \
    }

FUNCTIONS(0)
FUNCTIONS(1)
FUNCTIONS(2)
FUNCTIONS(3)
FUNCTIONS(4)
FUNCTIONS(5)
FUNCTIONS(6)
FUNCTIONS(7)

#define ADDRESSES(kind)                                                                              \
    {(uint64_t)kind##_0, (uint64_t)kind##_1, (uint64_t)kind##_2, (uint64_t)kind##_3,                 \
     (uint64_t)kind##_4, (uint64_t)kind##_5, (uint64_t)kind##_6, (uint64_t)kind##_7}

/* The address of an import: of `hl_safepoint`, of a function of binary64 or of binary32 by its number, or of what is never called. */
static uint64_t address_of(uint64_t kind, uint64_t number)
{
    static const uint64_t functions[2][8] = {ADDRESSES(doubles), ADDRESSES(singles)};
    if (kind == 0)
        return (uint64_t)safepoint;
    return kind <= 2 && number < 8 ? functions[kind - 1][number] : (uint64_t)never;
}

int main(void)
{
    struct rlimit no_core = {0, 0};
    setrlimit(RLIMIT_CORE, &no_core);
    for (;;) {
        struct request request;
        get(&request, sizeof request);
        void *memory = (void *)request.a;
        switch (request.what) {
        case MAP: {
            int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE;
            if (mmap(memory, request.b, PROT_READ | PROT_WRITE | PROT_EXEC, flags, -1, 0) != memory)
                return 2;
            break;
        }
        case WRITE:
            get(memory, request.b);
            __builtin___clear_cache((char *)memory, (char *)memory + request.b);
            break;
        case READ:
            answer(memory, request.b);
            break;
        case UNMAP:
            if (munmap(memory, request.b) != 0)
                return 3;
            break;
        case CALL: {
            uint32_t (*function)(uint64_t, uint64_t, uint64_t) = (uint32_t (*)(uint64_t, uint64_t, uint64_t))request.a;
            uint64_t status = function(request.b, request.c, request.d);
            uint64_t returned[2] = {RETURNED, status};
            answer(returned, sizeof returned);
            break;
        }
        case SYMBOL:
            answer_number(address_of(request.a, request.b));
            break;
        case STACK:
            answer_number((uint64_t)__builtin_frame_address(0));
            break;
        case STATUS:
            safepoint_status = (uint32_t)request.a;
            break;
        default:
            return 4;
        }
    }
}
