__global__ void soft_max_f32(const float *x, float *y, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        y[i] = expf(x[i]);
}

extern "C" void ggml_soft_max(const float *x, float *y, int n)
{
    soft_max_f32<<<(n + 255) / 256, 256>>>(x, y, n);
}
