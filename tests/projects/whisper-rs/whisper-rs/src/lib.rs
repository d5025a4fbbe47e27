/// Runs the device code of whisper-rs-sys over the samples, in place. A pointer of the host is no good to a GPU: this
/// is here so that the linker keeps the kernels, as a real program does.
pub fn normalize(samples: &mut [f32]) {
    let (x, n) = (samples.as_mut_ptr(), samples.len() as i32);
    unsafe {
        whisper_rs_sys::ggml_norm(x, x, n);
        whisper_rs_sys::ggml_soft_max(x, x, n);
    }
}
