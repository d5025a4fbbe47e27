// A small engine for verify and bench: takes GPU memory, runs many different kernels for a while, says how it went.
//
//     nvcc -arch=sm_90 engine.cu -o native        nvcc -gencode arch=compute_75,code=compute_75 engine.cu -o ptx
//     ./native SECONDS
//
// Without a GPU it says so, works on the CPU and exits with 0, as real engines do. Compiling its 32 kernels takes a few
// seconds, by nvcc as by the JIT.

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <vector>

static double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

template <int N> __global__ void work(float *data, int count) {
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i >= count) return;
    float x = data[i];
#pragma unroll
    for (int k = 0; k < 48; ++k) x = fmaf(x, 1.0f + 1e-7f * (N + k), __expf(-x * k) * 1e-6f);
    data[i] = x;
}

template <int N> static void run_all(float *data, int count) {
    work<N><<<(count + 255) / 256, 256>>>(data, count);
    if constexpr (N > 0) run_all<N - 1>(data, count);
}

static int on_cpu(double seconds, const char *why) {
    printf("engine: %s; falling back to CPU\n", why);
    std::vector<float> data(1 << 16, 1.0f);
    double begun = now();
    long done = 0;
    while (now() - begun < seconds || done == 0) {
        for (float &x : data) for (int k = 0; k < 48; ++k) x = x * (1.0f + 1e-7f * k) + 1e-6f;
        if (done++ == 0) printf("engine: first result\n"), fflush(stdout);
    }
    printf("engine: %.3f items per second\n", done * double(data.size()) / (now() - begun) / 1e6);
    return 0;
}

int main(int argc, char **argv) {
    double seconds = argc > 1 ? atof(argv[1]) : 1;
    int devices = 0;
    cudaError_t error = cudaGetDeviceCount(&devices);
    if (error != cudaSuccess || devices == 0) return on_cpu(seconds, cudaGetErrorString(error));
    const int count = 1 << 26;  // 256 MiB
    float *data = nullptr;
    error = cudaMalloc(&data, sizeof(float) * count);
    if (error == cudaSuccess) error = cudaMemset(data, 0, sizeof(float) * count);
    double begun = now();
    long done = 0;
    while (error == cudaSuccess && (now() - begun < seconds || done == 0)) {
        run_all<31>(data, count);
        error = cudaGetLastError();
        if (error == cudaSuccess) error = cudaDeviceSynchronize();
        if (error == cudaSuccess && done++ == 0) printf("engine: first result\n"), fflush(stdout);
    }
    if (error != cudaSuccess) {
        printf("engine: CUDA error: %s\n", cudaGetErrorString(error));
        return 1;
    }
    printf("engine: %.3f items per second\n", done * 32.0 * count / (now() - begun) / 1e6);
    return 0;
}
