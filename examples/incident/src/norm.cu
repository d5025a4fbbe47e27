// Layer norm and root-mean-square norm of each row.
#include "common.cuh"

template <int block_size>
__global__ void norm_f32(const float * x, float * dst, const int ncols, const float eps) {
    x += (int64_t) blockIdx.x * ncols;
    dst += (int64_t) blockIdx.x * ncols;
    const float per_column = __fdividef(1.0f, ncols);

    float sum = 0.0f;
    float squares = 0.0f;
    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += block_size) {
        sum += x[col];
        squares += x[col] * x[col];
    }
    const float mean = block_sum<block_size>(sum) * per_column;
    const float variance = block_sum<block_size>(squares) * per_column - mean * mean;
    const float factor = rsqrtf(variance + eps);

    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += block_size) {
        dst[col] = (x[col] - mean) * factor;
    }
}

template <int block_size>
__global__ void rms_norm_f32(const float * x, float * dst, const int ncols, const float eps) {
    x += (int64_t) blockIdx.x * ncols;
    dst += (int64_t) blockIdx.x * ncols;
    const float per_column = __fdividef(1.0f, ncols);

    float squares = 0.0f;
    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += block_size) {
        squares += x[col] * x[col];
    }
    const float factor = rsqrtf(block_sum<block_size>(squares) * per_column + eps);

    ONE_BY_ONE for (int col = threadIdx.x; col < ncols; col += block_size) {
        dst[col] = x[col] * factor;
    }
}

template __global__ void norm_f32<32>(const float *, float *, int, float);
template __global__ void rms_norm_f32<32>(const float *, float *, int, float);
