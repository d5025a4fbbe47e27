// Matrix times vector, one block a row. The kernel of the incident: its half variant exists only from 6.0 on.
#include "common.cuh"

template <typename A, typename B>
constexpr bool same = false;
template <typename A>
constexpr bool same<A, A> = true;

#ifdef FP16_AVAILABLE
// Two halves in one register, acc += x * (y0, y1).
__device__ inline void multiply_add(unsigned int & acc, unsigned int x, float y0, float y1) {
    unsigned int y;
    __half low;
    __half high;
    narrow(y0, low);
    narrow(y1, high);
    y = low.bits | ((unsigned int) high.bits << 16);
    asm("fma.rn.f16x2 %0, %1, %2, %0;" : "+r"(acc) : "r"(x), "r"(y));
}
#endif

template <typename type_acc, int block_size>
__global__ void mul_mat_vec(
        const __half * __restrict__ x, const float * __restrict__ y, float * __restrict__ dst,
        const int64_t ncols2, const int64_t stride_row,
        const int64_t channel_ratio, const int64_t stride_channel_x, const int64_t stride_channel_y,
        const int64_t stride_channel_dst) {
    const int channel = blockIdx.z;
    x += channel / (int) channel_ratio * stride_channel_x + blockIdx.x * stride_row;
    y += channel * stride_channel_y;

    float sum = 0.0f;

    if constexpr (same<type_acc, float>) {
        // Accumulates in float: runs everywhere.
        ONE_BY_ONE for (int i = threadIdx.x; i < (int) ncols2; i += block_size) {
            sum += widen(x[2 * i]) * y[2 * i] + widen(x[2 * i + 1]) * y[2 * i + 1];
        }
    } else {
#ifdef FP16_AVAILABLE
        const unsigned int * pairs = (const unsigned int *) x;
        unsigned int acc = 0;
        ONE_BY_ONE for (int i = threadIdx.x; i < (int) ncols2; i += block_size) {
            multiply_add(acc, pairs[i], y[2 * i], y[2 * i + 1]);
        }
        const __half low = {(unsigned short) (acc & 0xffff)};
        const __half high = {(unsigned short) (acc >> 16)};
        sum = widen(low) + widen(high);
#else
        // The host asks the GPU (12.0: fast) and comes here; this file was compiled for 5.2.
        NO_DEVICE_CODE;
#endif
    }

    sum = block_sum<block_size>(sum);
    if (threadIdx.x == 0) {
        dst[channel * stride_channel_dst + blockIdx.x] = sum;
    }
}

#define INSTANCE(type_acc, block_size)                                                              \
    template __global__ void mul_mat_vec<type_acc, block_size>(                                     \
        const __half *, const float *, float *, int64_t, int64_t, int64_t, int64_t, int64_t, int64_t);

INSTANCE(__half, 32)
INSTANCE(__half, 256)
INSTANCE(float, 32)
INSTANCE(float, 256)
