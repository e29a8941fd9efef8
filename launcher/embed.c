/* SPDX-License-Identifier: LGPL-2.1-or-later */

/* Runs while building: embed NAME INPUT OUTPUT writes a file's bytes as a C array. */

#include <stdio.h>

int
main(int argc, char **argv)
{
    FILE *in = argc == 4 ? fopen(argv[2], "rb") : NULL;
    FILE *out = in ? fopen(argv[3], "w") : NULL;
    int byte;

    if (!out) {
        perror("usage: embed NAME INPUT OUTPUT");
        return 2;
    }
    fprintf(out, "_Alignas(8) static const unsigned char %s[] = {", argv[1]);
    for (unsigned long n = 0; (byte = getc(in)) != EOF; n++)
        fprintf(out, "%s%d,", n % 16 ? "" : "\n", byte);
    fprintf(out, "\n};\n");
    return ferror(in) || fclose(out) ? 1 : 0;
}
