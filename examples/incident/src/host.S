# The host half: what nvcc leaves in an object beside the device code, the string by which ggml says what it was
# compiled for, and two functions that do nothing. No CUDA runtime, no C library.

# One .cu file: its identifier, its fatbin, and the record by which the CUDA runtime would register that fatbin.
.macro module name
    .section __nv_module_id, "a", @progbits
    .balign 8
    .asciz "__NV_MODULE_ID"

    .section .nv_fatbin, "a", @progbits
    .balign 8
\name:
    .incbin "\name\().fatbin"

    .section .nvFatBinSegment, "aw", @progbits
    .balign 8
    .long 0x466243b1, 1
    .quad \name, 0
.endm

# One function of the library's, answering nothing.
.macro answer_zero name
    .text
    .globl \name
    .type \name, @function
\name:
    xorl %eax, %eax
    ret
    .size \name, . - \name
.endm

    module mmv
    module convert
    module softmax
    module norm

    answer_zero ggml_backend_cuda_reg
    answer_zero ggml_backend_cuda_get_device_count

    .section .rodata, "a", @progbits
    .asciz "ARCHS"
    .asciz "520"

    .section .note.GNU-stack, "", @progbits
