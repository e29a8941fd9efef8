/* SPDX-License-Identifier: LGPL-2.1-or-later */

#include "tests/unit/pure/cpuinfo_machines.h"
#include "tests/unit/pure/rendering.h"

static void
shows(const char *cpuinfo, const char *shown, const char *expected)
{
    Snapshot snapshot = {.cpuinfo = host_text(cpuinfo)};
    View view = {.snapshot = &snapshot, .cpus = cpus(shown)};

    renders(cpuinfo_render, &view, expected);
}

static void
x86_cpus_are_renumbered_as_the_cores_of_one_package(void **state)
{
    (void)state;
    shows(x86, "1,3",
          "processor\t: 0\n"
          "vendor_id\t: GenuineIntel\n"
          "cpu family\t: 6\n"
          "model\t\t: 85\n"
          "model name\t: Intel(R) Xeon(R) CPU @ 2.00GHz\n"
          "cpu MHz\t\t: 2001.000\n"
          "physical id\t: 0\n"
          "siblings\t: 2\n"
          "core id\t\t: 0\n"
          "cpu cores\t: 2\n"
          "apicid\t\t: 0\n"
          "initial apicid\t: 0\n"
          "flags\t\t: fpu vme de pse apic sep\n"
          "bugs\t\t:\n"
          "address sizes\t: 46 bits physical, 48 bits virtual\n"
          "power management:\n"
          "\n"
          "processor\t: 1\n"
          "vendor_id\t: GenuineIntel\n"
          "cpu family\t: 6\n"
          "model\t\t: 85\n"
          "model name\t: Intel(R) Xeon(R) CPU @ 2.00GHz\n"
          "cpu MHz\t\t: 2003.000\n"
          "physical id\t: 0\n"
          "siblings\t: 2\n"
          "core id\t\t: 1\n"
          "cpu cores\t: 2\n"
          "apicid\t\t: 1\n"
          "initial apicid\t: 1\n"
          "flags\t\t: fpu vme de pse apic sep\n"
          "bugs\t\t:\n"
          "address sizes\t: 46 bits physical, 48 bits virtual\n"
          "power management:\n"
          "\n");
}

static void
one_cpu_is_one_core(void **state)
{
    (void)state;
    shows(x86, "2",
          "processor\t: 0\n"
          "vendor_id\t: GenuineIntel\n"
          "cpu family\t: 6\n"
          "model\t\t: 85\n"
          "model name\t: Intel(R) Xeon(R) CPU @ 2.00GHz\n"
          "cpu MHz\t\t: 2002.000\n"
          "physical id\t: 0\n"
          "siblings\t: 1\n"
          "core id\t\t: 0\n"
          "cpu cores\t: 1\n"
          "apicid\t\t: 0\n"
          "initial apicid\t: 0\n"
          "flags\t\t: fpu vme de pse apic sep\n"
          "bugs\t\t:\n"
          "address sizes\t: 46 bits physical, 48 bits virtual\n"
          "power management:\n"
          "\n");
}

static void
all_cpus_shown_is_the_hosts_text_where_the_topology_is_flat(void **state)
{
    (void)state;
    shows(arm64, "0-3", arm64);
    shows(arm32, "0-3", arm32);
    shows(mips, "0-1", mips);
    shows(old_s390, "0-1", old_s390);
}

static void
arm64_has_blocks_only(void **state)
{
    (void)state;
    shows(arm64, "3",
          "processor\t: 0\n"
          "BogoMIPS\t: 38.43\n"
          "Features\t: fp asimd evtstrm crc32 cpuid\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 8\n"
          "CPU revision\t: 4\n"
          "\n");
}

static void
arm32_keeps_the_lines_after_the_last_cpu(void **state)
{
    (void)state;
    shows(arm32, "1-2",
          "processor\t: 0\n"
          "model name\t: ARMv7 Processor rev 4 (v7l)\n"
          "BogoMIPS\t: 38.41\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 7\n"
          "CPU part\t: 0xd03\n"
          "\n"
          "processor\t: 1\n"
          "model name\t: ARMv7 Processor rev 4 (v7l)\n"
          "BogoMIPS\t: 38.42\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 7\n"
          "CPU part\t: 0xd03\n"
          "\n"
          "Hardware\t: BCM2835\n"
          "Revision\t: a020d3\n"
          "Model\t\t: Raspberry Pi 3 Model B Plus Rev 1.3\n");
}

static void
ppc64le_numbers_with_gaps_are_found_and_closed(void **state)
{
    (void)state;
    shows(ppc64le, "8,24",
          "processor\t: 0\n"
          "cpu\t\t: POWER8E (raw), altivec supported\n"
          "clock\t\t: 3008.000000MHz\n"
          "revision\t: 2.1 (pvr 004b 0201)\n"
          "\n"
          "processor\t: 1\n"
          "cpu\t\t: POWER8E (raw), altivec supported\n"
          "clock\t\t: 3024.000000MHz\n"
          "revision\t: 2.1 (pvr 004b 0201)\n"
          "\n"
          "timebase\t: 512000000\n"
          "platform\t: PowerNV\n"
          "model\t\t: 8247-22L\n"
          "machine\t\t: PowerNV 8247-22L\n");
}

static void
riscv_harts_are_renumbered(void **state)
{
    (void)state;
    shows(riscv, "0,3",
          "processor\t: 0\n"
          "hart\t\t: 0\n"
          "isa\t\t: rv64imafdc\n"
          "mmu\t\t: sv39\n"
          "uarch\t\t: sifive,u74-mc\n"
          "mimpid\t\t: 0x0\n"
          "\n"
          "processor\t: 1\n"
          "hart\t\t: 1\n"
          "isa\t\t: rv64imafdc\n"
          "mmu\t\t: sv39\n"
          "uarch\t\t: sifive,u74-mc\n"
          "mimpid\t\t: 0x3\n"
          "\n");
}

static void
loongarch_keeps_the_lines_before_the_first_cpu(void **state)
{
    (void)state;
    shows(loongarch, "2",
          "system type\t\t: generic-loongson-machine\n"
          "\n"
          "processor\t\t: 0\n"
          "package\t\t\t: 0\n"
          "core\t\t\t: 0\n"
          "global_id\t\t: 0\n"
          "Model Name\t\t: Loongson-3C6000\n"
          "CPU MHz\t\t\t: 2202.00\n"
          "\n");
}

static void
mips_has_its_header_in_the_first_block(void **state)
{
    (void)state;
    shows(mips, "1",
          "system type\t\t: UBNT_E100\n"
          "machine\t\t\t: Unknown\n"
          "processor\t\t: 0\n"
          "cpu model\t\t: Cavium Octeon+ V0.2\n"
          "ASEs implemented\t:\n"
          "core\t\t\t: 0\n"
          "\n");
}

static void
s390_has_a_line_and_a_block_for_each_cpu(void **state)
{
    (void)state;
    shows(s390, "0,2",
          "vendor_id       : IBM/S390\n"
          "# processors    : 2\n"
          "bogomips per cpu: 3033.00\n"
          "max thread id   : 0\n"
          "features\t: esan3 zarch stfle msa\n"
          "cache0          : level=1 type=Data scope=Private size=128K\n"
          "processor 0: version = FF,  identification = 000010,  machine = 2964\n"
          "processor 1: version = FF,  identification = 000012,  machine = 2964\n"
          "\n"
          "cpu number      : 0\n"
          "physical id     : 0\n"
          "core id         : 0\n"
          "book id         : 0\n"
          "drawer id       : 0\n"
          "dedicated       : 0\n"
          "address         : 0\n"
          "siblings        : 2\n"
          "cpu cores       : 2\n"
          "version         : FF\n"
          "cpu MHz dynamic : 5000\n"
          "\n"
          "cpu number      : 1\n"
          "physical id     : 0\n"
          "core id         : 1\n"
          "book id         : 0\n"
          "drawer id       : 0\n"
          "dedicated       : 0\n"
          "address         : 1\n"
          "siblings        : 2\n"
          "cpu cores       : 2\n"
          "version         : FF\n"
          "cpu MHz dynamic : 5002\n");
}

static void
s390_has_no_blank_line_at_its_end(void **state)
{
    (void)state;
    shows(s390, "0",
          "vendor_id       : IBM/S390\n"
          "# processors    : 1\n"
          "bogomips per cpu: 3033.00\n"
          "max thread id   : 0\n"
          "features\t: esan3 zarch stfle msa\n"
          "cache0          : level=1 type=Data scope=Private size=128K\n"
          "processor 0: version = FF,  identification = 000010,  machine = 2964\n"
          "\n"
          "cpu number      : 0\n"
          "physical id     : 0\n"
          "core id         : 0\n"
          "book id         : 0\n"
          "drawer id       : 0\n"
          "dedicated       : 0\n"
          "address         : 0\n"
          "siblings        : 1\n"
          "cpu cores       : 1\n"
          "version         : FF\n"
          "cpu MHz dynamic : 5000\n");
}

static void
old_s390_has_lines_only(void **state)
{
    (void)state;
    shows(old_s390, "1",
          "vendor_id       : IBM/S390\n"
          "# processors    : 1\n"
          "bogomips per cpu: 3033.00\n"
          "max thread id   : 0\n"
          "features\t: esan3 zarch stfle msa\n"
          "cache0          : level=1 type=Data scope=Private size=128K\n"
          "processor 0: version = FF,  identification = 000002,  machine = 2964\n");
}

static void
a_cpu_that_went_offline_meanwhile_borrows_another_ones_block(void **state)
{
    (void)state;
    shows(arm64, "3-5",
          "processor\t: 0\n"
          "BogoMIPS\t: 38.43\n"
          "Features\t: fp asimd evtstrm crc32 cpuid\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 8\n"
          "CPU revision\t: 4\n"
          "\n"
          "processor\t: 1\n"
          "BogoMIPS\t: 38.43\n"
          "Features\t: fp asimd evtstrm crc32 cpuid\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 8\n"
          "CPU revision\t: 4\n"
          "\n"
          "processor\t: 2\n"
          "BogoMIPS\t: 38.43\n"
          "Features\t: fp asimd evtstrm crc32 cpuid\n"
          "CPU implementer\t: 0x41\n"
          "CPU architecture: 8\n"
          "CPU revision\t: 4\n"
          "\n");
    shows(ppc64le, "4",
          "processor\t: 0\n"
          "cpu\t\t: POWER8E (raw), altivec supported\n"
          "clock\t\t: 3000.000000MHz\n"
          "revision\t: 2.1 (pvr 004b 0201)\n"
          "\n"
          "timebase\t: 512000000\n"
          "platform\t: PowerNV\n"
          "model\t\t: 8247-22L\n"
          "machine\t\t: PowerNV 8247-22L\n");
    shows("processor\t: 3\nx\t: 1\n\n", "0-1",
          "processor\t: 0\nx\t: 1\n\nprocessor\t: 1\nx\t: 1\n\n");
}

static void
keys_that_only_begin_or_end_alike_are_left_alone(void **state)
{
    (void)state;
    shows("processor\t: 1\nprocessors\t: 9\nvirtual core id\t: 9\nsiblings of\t: 9\n\n", "1",
          "processor\t: 0\nprocessors\t: 9\nvirtual core id\t: 9\nsiblings of\t: 9\n\n");
}

static void
a_text_without_cpus_is_left_alone(void **state)
{
    (void)state;
    shows("Processor\t: ARMv6\nno colon\n: no key\nprocessor\n", "0-1",
          "Processor\t: ARMv6\nno colon\n: no key\nprocessor\n");
    shows("", "0", "");
    shows("\n\n", "0", "\n\n");
}

static void
a_last_line_without_newline_gets_one(void **state)
{
    (void)state;
    shows("processor\t: 4\nflags\t: a", "4", "processor\t: 0\nflags\t: a\n");
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(x86_cpus_are_renumbered_as_the_cores_of_one_package),
        cmocka_unit_test(one_cpu_is_one_core),
        cmocka_unit_test(all_cpus_shown_is_the_hosts_text_where_the_topology_is_flat),
        cmocka_unit_test(arm64_has_blocks_only),
        cmocka_unit_test(arm32_keeps_the_lines_after_the_last_cpu),
        cmocka_unit_test(ppc64le_numbers_with_gaps_are_found_and_closed),
        cmocka_unit_test(riscv_harts_are_renumbered),
        cmocka_unit_test(loongarch_keeps_the_lines_before_the_first_cpu),
        cmocka_unit_test(mips_has_its_header_in_the_first_block),
        cmocka_unit_test(s390_has_a_line_and_a_block_for_each_cpu),
        cmocka_unit_test(s390_has_no_blank_line_at_its_end),
        cmocka_unit_test(old_s390_has_lines_only),
        cmocka_unit_test(a_cpu_that_went_offline_meanwhile_borrows_another_ones_block),
        cmocka_unit_test(keys_that_only_begin_or_end_alike_are_left_alone),
        cmocka_unit_test(a_text_without_cpus_is_left_alone),
        cmocka_unit_test(a_last_line_without_newline_gets_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
