__global__ void norm_f32(const float *x, float *y, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        y[i] = x[i] * rsqrtf(x[i] * x[i] + 1e-6f);
}

extern "C" void ggml_norm(const float *x, float *y, int n)
{
    norm_f32<<<(n + 255) / 256, 256>>>(x, y, n);
}
