"""Lines of PyTorch's libraries under other languages: TorchSharp, torch for R, Deep Java Library."""

from __future__ import annotations

from cudacompat.domain.logs.signature import Signature

OTHER_LANGUAGES: tuple[Signature, ...] = (
    Signature(
        id="torchsharp-no-native-library",
        title="TorchSharp found no native PyTorch",
        patterns=(
            "This application uses TorchSharp but doesn't contain reference to either",
            "This application or script uses TorchSharp but doesn't contain a reference to",
            "TypeInitializationException: The type initializer for 'TorchSharp.<...>",
        ),
        sample="System.NotSupportedException: This application uses TorchSharp but doesn't contain reference to either "
        "libtorch-cuda-11.3-win-x64 or libtorch-cpu",
        cause="The package TorchSharp holds the .NET part only; the package with the native libraries for this system "
        "is not referenced, or its files were not copied next to the program.",
        does_not_mean="the GPU; the driver",
        fix="Reference TorchSharp-cuda-windows or TorchSharp-cuda-linux (TorchSharp-cpu without a GPU) of exactly "
        "TorchSharp's release, in the project that starts.",
        sources=("dotnet/TorchSharp#449", "dotnet/TorchSharp#1218"),
    ),
    Signature(
        id="torchsharp-no-cuda",
        title="TorchSharp's native libraries for CUDA did not load",
        patterns=(
            "Torch device type CUDA did not initialise on the current machine",
            "CUDA non available in the current machine",
        ),
        sample="System.InvalidOperationException: Torch device type CUDA did not initialise on the current machine.",
        cause="The trace below names the libraries that were not found: the package for CUDA is not referenced, is of "
        "another release, or was stitched together of parts of which one is missing; or the driver is too old.",
        does_not_mean="a missing CUDA Toolkit: the package contains all but the driver",
        fix="Reference TorchSharp-cuda-windows (or -linux) of TorchSharp's release, empty the NuGet cache of libtorch "
        "packages, and update the driver.",
        command="nvidia-smi",
        sources=("dotnet/TorchSharp#793", "dotnet/TorchSharp#1196", "dotnet/TorchSharp#159"),
    ),
    Signature(
        id="r-torch-not-loaded",
        title="R's torch has its libraries and cannot load them",
        patterns=(
            "Lantern is not loaded. Please use `install_torch()`",
            "Torch libraries are installed but loading them was unsuccessful",
            "torch failed to start, restart your R session",
            "torch_lantern_not_found",
        ),
        sample="Lantern is not loaded. Please use `install_torch()` to install additional dependencies.",
        cause="liblantern or libtorch asks for a library that is not found (CUDA's runtime, cuDNN, a newer libstdc++), "
        "or they are of different releases.",
        does_not_mean="the GPU",
        fix="Install the prebuilt package, which brings CUDA's libraries (kind cu128, say), or reinstall both parts "
        "with torch::install_torch(reinstall = TRUE); TORCH_INSTALL_DEBUG=1 says what is fetched.",
        after=("cuda-library-missing", "symbol-missing", "shared-library-missing", "glibc-too-old"),
        sources=("mlverse/torch#1401", "mlverse/torch#1066", "mlverse/torch#1172"),
    ),
    Signature(
        id="djl-no-cuda-flavor",
        title="Deep Java Library has no native PyTorch for this CUDA release: it takes another, or the CPU's",
        patterns=(
            "No matching cuda flavor for <system:word> found: <flavor:word>",
            "doesn't match system: <system:word>",
        ),
        sample="[WARN ] - No matching cuda flavor for win found: cu126mkl/sm_89.",
        cause="DJL looks for a native library of the CUDA release that is installed, and there is none; or it did not "
        "find CUDA's runtime.",
        does_not_mean="the GPU",
        fix="Name a flavor that exists with PYTORCH_FLAVOR (cu124, say), and install that CUDA release's libraries.",
        command="export PYTORCH_FLAVOR=cu124",
        sources=("deepjavalibrary/djl#3480", "deepjavalibrary/djl#2902"),
    ),
)
