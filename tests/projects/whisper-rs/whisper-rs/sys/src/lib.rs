#[cfg(feature = "cuda")]
extern "C" {
    pub fn ggml_norm(x: *const f32, y: *mut f32, n: i32);
    pub fn ggml_soft_max(x: *const f32, y: *mut f32, n: i32);
}
