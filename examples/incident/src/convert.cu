// One element type to another, and 8-bit blocks back to numbers.
#include "common.cuh"

// 32 numbers of 8 bits under one scale.
struct block_q8_0 {
    __half scale;
    signed char quants[32];
};

template <typename src_t, typename dst_t>
__global__ void convert_unary(const void * __restrict__ vx, dst_t * __restrict__ y, const int64_t k) {
    const int64_t i = (int64_t) blockDim.x * blockIdx.x + threadIdx.x;
    if (i < k) {
        narrow(widen(((const src_t *) vx)[i]), y[i]);
    }
}

template <typename dst_t>
__global__ void dequantize_block_q8_0(const void * __restrict__ vx, dst_t * __restrict__ y, const int64_t k) {
    const int64_t i = (int64_t) blockDim.x * blockIdx.x + threadIdx.x;
    if (i < k) {
        const block_q8_0 & block = ((const block_q8_0 *) vx)[i / 32];
        narrow(widen(block.scale) * block.quants[i % 32], y[i]);
    }
}

template __global__ void convert_unary<__half, float>(const void *, float *, int64_t);
template __global__ void convert_unary<float, __half>(const void *, __half *, int64_t);
template __global__ void dequantize_block_q8_0<float>(const void *, float *, int64_t);
