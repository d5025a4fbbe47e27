fn main() {
    let mut samples = [1.0_f32, 2.0, 3.0];
    whisper_rs::normalize(&mut samples);
    println!("{samples:?}");
}
