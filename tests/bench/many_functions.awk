# SPDX-License-Identifier: MIT
# Assembler of many small functions with long names, call frame information and lines: awk -v piece=N -v functions=N
BEGIN {
    print ".text"
    for (i = 0; i < functions; ++i) {
        name = sprintf("_ZN4shop9warehouse%02d12shelves_sold15count_of_articleILi%dEE4keepEmSt6vectorIiSaIiEE", piece, i)
        printf ".globl %s\n.type %s, @function\n%s:\n.cfi_startproc\n", name, name, name
        print "push %rbp\n.cfi_def_cfa_offset 16\n.cfi_offset 6, -16\nmov %rsp, %rbp\n.cfi_def_cfa_register 6"
        print "lea 1(%rdi), %eax\nadd %esi, %eax\nimul %edx, %eax\npop %rbp\n.cfi_def_cfa 7, 8\nret"
        printf ".cfi_endproc\n.size %s, .-%s\n", name, name
    }
    print ".section .note.GNU-stack,\"\",@progbits"
}
