// Softmax of each row, with an optional mask that is added first. One warp a row.
#include "common.cuh"

template <typename T>
__global__ void soft_max_f32(const float * x, const T * mask, float * dst, const int ncols, const int nrows_mask,
                             const float scale) {
    const int row = blockIdx.x;
    x += (int64_t) row * ncols;
    dst += (int64_t) row * ncols;
    if (mask) {
        mask += (int64_t) (row % nrows_mask) * ncols;
    }

    float highest = -__int_as_float(0x7f800000);
    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += WARP_SIZE) {
        const float v = scale * x[col] + (mask ? widen(mask[col]) : 0.0f);
        dst[col] = v;
        highest = fmaxf(highest, v);
    }
    highest = warp_max(highest);

    float sum = 0.0f;
    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += WARP_SIZE) {
        const float e = __expf(dst[col] - highest);
        dst[col] = e;
        sum += e;
    }
    const float factor = __fdividef(1.0f, warp_sum(sum));

    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += WARP_SIZE) {
        dst[col] *= factor;
    }
}

template __global__ void soft_max_f32<__half>(const float *, const __half *, float *, int, int, float);
