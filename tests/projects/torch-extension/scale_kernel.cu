__global__ void scale_kernel(float *x, int n)
{
    int i = blockIdx.x * blockDim.x + threadIdx.x;
    if (i < n)
        x[i] *= 2.0f;
}

void scale_launch(float *x, int n)
{
    scale_kernel<<<(n + 255) / 256, 256>>>(x, n);
}
