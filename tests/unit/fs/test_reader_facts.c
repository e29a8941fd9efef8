/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* What else is asked of a reader, once it is known who it is. */

#include "tests/unit/cmocka.h"
#include "tests/unit/fs/machine.h"

static void
personality_tells_who_is_a_32_bit_program(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};

    (void)state;
    machine_process(machine, &(MachineProcess){50, "0::/x\n"});
    machine_boot(machine);
    assert_true(reader_identify(machine->tree.readers, 50, &reader, NULL));
    assert_false(reader_is_linux32(&reader));
    machine_write(machine, "proc/50/personality", "00400008\n");
    assert_true(reader_is_linux32(&reader));
    machine_write(machine, "proc/50/personality", "00400000\n");
    assert_false(reader_is_linux32(&reader));
}

static void
time_namespaces_shift_the_boot(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    int64_t offset = 1;

    (void)state;
    machine_process(machine, &(MachineProcess){50, "0::/x\n"});
    machine_write(machine, "proc/50/timens_offsets", "monotonic 0 0\nboottime -86400 0\n");
    machine_boot(machine);
    assert_true(reader_identify(machine->tree.readers, 50, &reader, NULL));
    assert_true(reader_boottime_offset(machine->tree.readers, &reader, &offset, NULL));
    assert_true(offset == 0); /* these are of the daemon's own namespace */
    machine_link(machine, "proc/50/ns/time", "time:[4026532300]");
    assert_true(reader_boottime_offset(machine->tree.readers, &reader, &offset, NULL));
    assert_true(offset == -86400 * INT64_C(1000000));
}

static void
status_tells_the_number_in_the_namespace(void **state)
{
    g_autoptr(Machine) machine = machine_new(MACHINE_V2);
    g_auto(Reader) reader = {.pid_dir = -1, .init_dir = -1};
    unsigned level;
    uint64_t number;

    (void)state;
    machine_process(machine, &(MachineProcess){50, "0::/x\n"});
    machine_boot(machine);
    reader_number(&reader, &level, &number);
    assert_int_equal(level, 0); /* nobody */
    assert_true(reader_identify(machine->tree.readers, 50, &reader, NULL));
    machine_write(machine, "proc/50/status", "PPid:\t1\nNSpid:\t50\t7\n");
    reader_number(&reader, &level, &number);
    assert_int_equal(level, 2);
    assert_true(number == 7);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(personality_tells_who_is_a_32_bit_program),
        cmocka_unit_test(time_namespaces_shift_the_boot),
        cmocka_unit_test(status_tells_the_number_in_the_namespace),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
