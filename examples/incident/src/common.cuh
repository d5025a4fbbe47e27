// What the four files share. Needs no header of any toolkit, so that NVRTC alone can compile it.
#pragma once

typedef long int64_t;
typedef unsigned int uint32_t;

enum { WARP_SIZE = 32 };

// Before a loop: leave it rolled up. Slower, and a quarter of the size, which is what matters here.
#define ONE_BY_ONE _Pragma("unroll 1")

#define TO_STRING_(...) #__VA_ARGS__
#define TO_STRING(...) TO_STRING_(__VA_ARGS__)

// Half arithmetic is there from 6.0 on, as far as this library's authors are concerned.
#if __CUDA_ARCH__ >= 600
#define FP16_AVAILABLE
#endif

// IEEE half by its bits: storing and widening work on every GPU, adding and multiplying do not.
struct __half {
    unsigned short bits;
};

__device__ inline float widen(__half h) {
    float f;
    asm("cvt.f32.f16 %0, %1;" : "=f"(f) : "h"(h.bits));
    return f;
}

__device__ inline float widen(float f) {
    return f;
}

__device__ inline void narrow(float f, __half & out) {
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(out.bits) : "f"(f));
}

__device__ inline void narrow(float f, float & out) {
    out = f;
}

// The path a kernel takes where this compilation left its code out: say so, then stop the whole grid.
#define NO_DEVICE_CODE no_device_code(__FILE__, __LINE__, __FUNCTION__, __CUDA_ARCH__, TO_STRING(__CUDA_ARCH_LIST__))

__device__ inline void no_device_code(const char * file, int line, const char * kernel, int arch, const char * archs) {
    printf("%s:%d: ERROR: CUDA kernel %s has no device code compatible with CUDA arch %d. "
           "ggml-cuda.cu was compiled for: %s\n", file, line, kernel, arch, archs);
    asm volatile("trap;");
}

__device__ inline float warp_sum(float v) {
    ONE_BY_ONE for (int lane = WARP_SIZE / 2; lane > 0; lane /= 2) {
        v += __shfl_xor_sync(0xffffffffu, v, lane);
    }
    return v;
}

__device__ inline float warp_max(float v) {
    ONE_BY_ONE for (int lane = WARP_SIZE / 2; lane > 0; lane /= 2) {
        v = fmaxf(v, __shfl_xor_sync(0xffffffffu, v, lane));
    }
    return v;
}

// Sum over a block of block_size threads; every thread gets it. A block of one warp needs no shared memory.
template <int block_size>
__device__ inline float block_sum(float v) {
    v = warp_sum(v);
    if constexpr (block_size > WARP_SIZE) {
        __shared__ float of_warp[block_size / WARP_SIZE];
        __syncthreads();
        if (threadIdx.x % WARP_SIZE == 0) {
            of_warp[threadIdx.x / WARP_SIZE] = v;
        }
        __syncthreads();
        v = 0.0f;
        ONE_BY_ONE for (int i = 0; i < block_size / WARP_SIZE; ++i) {
            v += of_warp[i];
        }
    }
    return v;
}
