"""GPU names in NVIDIA's own words, by PCI device id and by compute capability.

By id: the table "Compatible GPUs" in the README of https://github.com/NVIDIA/open-gpu-kernel-modules (Turing
and newer); an id that several products share has several names. By compute capability:
https://developer.nvidia.com/cuda-gpus and https://developer.nvidia.com/cuda-legacy-gpus, which also know GPUs
without a PCI id of their own, such as Jetson's. Names there that the PCI ids contradict are left out: the
legacy page gives Quadro M620 5.2 (GM107 is 5.0), Quadro M3000M, M4000M and M5000M 5.0 (GM204 is 5.2), and one
capability to GeForce GT 705, GT 720, GT 730, 910M and GTX 750 Ti, whose names several chips share.
tools/refresh_tables.py writes the rows; they are parsed at first use.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from cudacompat.domain.words.capability import ComputeCapability

# >>> generated
# By tools/refresh_tables.py; do not edit by hand.
# from: gpu_names_open_kernel.json, gpu_names_official.json
# on: 2026-11-24
# sha256 of the rows: 49e322af4646e00117364125487cf790df021ca630605dab1d593501899fb4e3
README_VERSION = "595.45.04"

_BY_ID = """\
Matrox D-Series D2450|1f76
Matrox D-Series D2480|1f76
NVIDIA A10|2236
NVIDIA A100 80GB PCIe|20b5
NVIDIA A100-PCIE-40GB|20f1
NVIDIA A100-PG509-200|20b0
NVIDIA A100-SXM-64GB|20b3
NVIDIA A100-SXM4-40GB|20b0
NVIDIA A100-SXM4-80GB|20b2
NVIDIA A10G|2237
NVIDIA A10M|2238
NVIDIA A16|25b6
NVIDIA A2|25b6
NVIDIA A30|20b7
NVIDIA A40|2235
NVIDIA A800 40GB Active|20f6
NVIDIA A800 80GB PCIe|20f5
NVIDIA A800 80GB PCIe LC|20f5
NVIDIA A800-SXM4-40GB|20bd
NVIDIA A800-SXM4-80GB|20f3
NVIDIA AX800|20fd
NVIDIA B200|2901
NVIDIA B300 SXM6 AC|3182
NVIDIA CMP 30HX|2189
NVIDIA CMP 40HX|1f0b
NVIDIA CMP 50HX|1e09
NVIDIA CMP 70HX|248a
NVIDIA CMP 90HX|220d
NVIDIA DGX Display|1fb0
NVIDIA DRIVE P2021|29bb
NVIDIA GB10|2e12
NVIDIA GB200|2941
NVIDIA GB300|31c2
NVIDIA GH200 120GB|2342
NVIDIA GH200 144G HBM3e|2348
NVIDIA GH200 480GB|2342
NVIDIA GeForce GTX 1630|1f83
NVIDIA GeForce GTX 1650|1f0a 1f82 1f91 1f96 1f99 1f9d 1fdd 2188
NVIDIA GeForce GTX 1650 SUPER|2187
NVIDIA GeForce GTX 1650 Ti|1f95 2192
NVIDIA GeForce GTX 1650 Ti with Max-Q Design|1f95
NVIDIA GeForce GTX 1650 with Max-Q Design|1f91 1f96 1f99 1f9d
NVIDIA GeForce GTX 1660|2184
NVIDIA GeForce GTX 1660 SUPER|21c4
NVIDIA GeForce GTX 1660 Ti|2182 2191 21d1
NVIDIA GeForce GTX 1660 Ti with Max-Q Design|2191
NVIDIA GeForce MX450|1f97 1f98 1f9c
NVIDIA GeForce MX550|1f9f 1fa0
NVIDIA GeForce MX570|25a6
NVIDIA GeForce MX570 A|25aa
NVIDIA GeForce RTX 2050|25a7 25a9 25ad 25ed
NVIDIA GeForce RTX 2060|1e89 1f03 1f08 1f11 1f12 1f15 1f51 1f55
NVIDIA GeForce RTX 2060 SUPER|1f06 1f42 1f47
NVIDIA GeForce RTX 2060 with Max-Q Design|1f12
NVIDIA GeForce RTX 2070|1f02 1f07 1f10 1f14 1f50 1f54
NVIDIA GeForce RTX 2070 SUPER|1e84 1ec2 1ec7
NVIDIA GeForce RTX 2070 Super|1e91 1ed1
NVIDIA GeForce RTX 2070 Super with Max-Q Design|1e91 1ed1
NVIDIA GeForce RTX 2070 with Max-Q Design|1f10 1f14 1f50 1f54
NVIDIA GeForce RTX 2080|1e82 1e87 1e90 1ed0
NVIDIA GeForce RTX 2080 SUPER|1e81
NVIDIA GeForce RTX 2080 Super|1e93 1ed3
NVIDIA GeForce RTX 2080 Super with Max-Q Design|1e93 1ed3
NVIDIA GeForce RTX 2080 Ti|1e04 1e07
NVIDIA GeForce RTX 2080 with Max-Q Design|1e90 1ed0
NVIDIA GeForce RTX 3050|2507 2582 2584
NVIDIA GeForce RTX 3050 4GB Laptop GPU|25ab
NVIDIA GeForce RTX 3050 6GB Laptop GPU|25ac 25ec
NVIDIA GeForce RTX 3050 A Laptop GPU|2822 28a3 28e3
NVIDIA GeForce RTX 3050 Laptop GPU|25a2 25a5 25e2 25e5
NVIDIA GeForce RTX 3050 OEM|2508
NVIDIA GeForce RTX 3050 Ti Laptop GPU|2523 2563 25a0 25a2 25e0
NVIDIA GeForce RTX 3050Ti Laptop GPU|25a0
NVIDIA GeForce RTX 3060|2487 24c7 2503 2504 2544
NVIDIA GeForce RTX 3060 Laptop GPU|249c 24a0 2520 2521 2560 25a0 25a2
NVIDIA GeForce RTX 3060 Ti|2414 2486 2489 24c9
NVIDIA GeForce RTX 3070|2484 2488
NVIDIA GeForce RTX 3070 Laptop GPU|249d 24dd
NVIDIA GeForce RTX 3070 Ti|2207 2482
NVIDIA GeForce RTX 3070 Ti Laptop GPU|24a0 24e0
NVIDIA GeForce RTX 3080|2206 220a 2216
NVIDIA GeForce RTX 3080 Laptop GPU|249c 24dc
NVIDIA GeForce RTX 3080 Ti|2208
NVIDIA GeForce RTX 3080 Ti Laptop GPU|2420 2460
NVIDIA GeForce RTX 3090|2204
NVIDIA GeForce RTX 3090 Ti|2203
NVIDIA GeForce RTX 4050 Laptop GPU|28a1 28e1
NVIDIA GeForce RTX 4060|2808 2882
NVIDIA GeForce RTX 4060 Laptop GPU|28a0 28e0
NVIDIA GeForce RTX 4060 Ti|2788 2803 2805
NVIDIA GeForce RTX 4070|2709 2786
NVIDIA GeForce RTX 4070 Laptop GPU|2820 2860
NVIDIA GeForce RTX 4070 SUPER|2783
NVIDIA GeForce RTX 4070 Ti|2782
NVIDIA GeForce RTX 4070 Ti SUPER|2689 2705
NVIDIA GeForce RTX 4080|2704
NVIDIA GeForce RTX 4080 Laptop GPU|27a0 27e0
NVIDIA GeForce RTX 4080 SUPER|2702
NVIDIA GeForce RTX 4090|2684
NVIDIA GeForce RTX 4090 D|2685
NVIDIA GeForce RTX 4090 Laptop GPU|2717 2757
NVIDIA GeForce RTX 5050|2d83
NVIDIA GeForce RTX 5050 Laptop GPU|2d98 2dd8
NVIDIA GeForce RTX 5060|2d05
NVIDIA GeForce RTX 5060 Laptop GPU|2d19 2d59
NVIDIA GeForce RTX 5060 Ti|2d04
NVIDIA GeForce RTX 5070|2f04
NVIDIA GeForce RTX 5070 Laptop GPU|2d18 2d58
NVIDIA GeForce RTX 5070 Ti|2c05
NVIDIA GeForce RTX 5070 Ti Laptop GPU|2f18 2f58
NVIDIA GeForce RTX 5080|2c02
NVIDIA GeForce RTX 5080 Laptop GPU|2c19 2c59
NVIDIA GeForce RTX 5090|2b85
NVIDIA GeForce RTX 5090 D|2b87
NVIDIA GeForce RTX 5090 D v2|2b8c
NVIDIA GeForce RTX 5090 Laptop GPU|2c18 2c58
NVIDIA H100|2339
NVIDIA H100 80GB HBM3|2330
NVIDIA H100 NVL|2321
NVIDIA H100 PCIe|2331
NVIDIA H20|2329
NVIDIA H20 NVL16|230e
NVIDIA H20-3e|232c
NVIDIA H200|2335
NVIDIA H200 NVL|233b
NVIDIA H800|2324
NVIDIA H800 NVL|233a
NVIDIA H800 PCIe|2322
NVIDIA L2|27b6
NVIDIA L20|26ba
NVIDIA L4|27b8
NVIDIA L40|26b5
NVIDIA L40S|26b9
NVIDIA PG506-232|20b6
NVIDIA PG509-210|20b2
NVIDIA RTX 1000 Ada Generation Laptop GPU|28b9
NVIDIA RTX 2000 Ada Generation|28b0
NVIDIA RTX 2000 Ada Generation Embedded GPU|28f8
NVIDIA RTX 2000 Ada Generation Laptop GPU|28b8
NVIDIA RTX 2000E Ada Generation|28b0
NVIDIA RTX 3000 Ada Generation Laptop GPU|2838
NVIDIA RTX 3500 Ada Generation Embedded GPU|27fb
NVIDIA RTX 3500 Ada Generation Laptop GPU|27bb
NVIDIA RTX 4000 Ada Generation|27b2
NVIDIA RTX 4000 Ada Generation Laptop GPU|27ba
NVIDIA RTX 4000 SFF Ada Generation|27b0
NVIDIA RTX 4500 Ada Generation|27b1
NVIDIA RTX 500 Ada Generation Laptop GPU|28ba 28bb
NVIDIA RTX 5000 Ada Generation|26b2
NVIDIA RTX 5000 Ada Generation Embedded GPU|2770
NVIDIA RTX 5000 Ada Generation Laptop GPU|2730
NVIDIA RTX 5880 Ada Generation|26b3
NVIDIA RTX 6000 Ada Generation|26b1
NVIDIA RTX 6000D|2bb9
NVIDIA RTX A1000|25b0
NVIDIA RTX A1000 6GB Laptop GPU|25bc
NVIDIA RTX A1000 Embedded GPU|25f9
NVIDIA RTX A1000 Laptop GPU|25b9
NVIDIA RTX A2000|2531
NVIDIA RTX A2000 12GB|2571
NVIDIA RTX A2000 8GB Laptop GPU|25ba
NVIDIA RTX A2000 Embedded GPU|25fa
NVIDIA RTX A2000 Laptop GPU|25b8
NVIDIA RTX A3000 12GB Laptop GPU|24b9 24bb
NVIDIA RTX A3000 Laptop GPU|24b8
NVIDIA RTX A400|25b2
NVIDIA RTX A4000|24b0
NVIDIA RTX A4000 Laptop GPU|24b7
NVIDIA RTX A4000H|24b1
NVIDIA RTX A4500|2232
NVIDIA RTX A4500 Embedded GPU|24fa
NVIDIA RTX A4500 Laptop GPU|24ba
NVIDIA RTX A500 Embedded GPU|25fb
NVIDIA RTX A500 Laptop GPU|25bb 25bd
NVIDIA RTX A5000|2231
NVIDIA RTX A5000 Laptop GPU|24b6
NVIDIA RTX A5500|2233
NVIDIA RTX A5500 Laptop GPU|2438
NVIDIA RTX A6000|2230
NVIDIA RTX PRO 1000 Blackwell Generation Laptop GPU|2db8
NVIDIA RTX PRO 2000 Blackwell|2d30
NVIDIA RTX PRO 2000 Blackwell Embedded GPU|2d79
NVIDIA RTX PRO 2000 Blackwell Generation Laptop GPU|2d39
NVIDIA RTX PRO 3000 Blackwell Generation Laptop GPU|2f38
NVIDIA RTX PRO 4000 Blackwell|2c34
NVIDIA RTX PRO 4000 Blackwell Embedded GPU|2c79
NVIDIA RTX PRO 4000 Blackwell Generation Laptop GPU|2c39
NVIDIA RTX PRO 4000 Blackwell SFF Edition|2c33
NVIDIA RTX PRO 4500 Blackwell|2c31
NVIDIA RTX PRO 500 Blackwell Embedded GPU|2df9
NVIDIA RTX PRO 500 Blackwell Generation Laptop GPU|2db9
NVIDIA RTX PRO 5000 72GB Blackwell|2bb3
NVIDIA RTX PRO 5000 Blackwell|2bb3
NVIDIA RTX PRO 5000 Blackwell Embedded GPU|2c77
NVIDIA RTX PRO 5000 Blackwell Generation Laptop GPU|2c38
NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition|2bb4
NVIDIA RTX PRO 6000 Blackwell Server Edition|2bb5
NVIDIA RTX PRO 6000 Blackwell Workstation Edition|2bb1
NVIDIA T1000|1fb0
NVIDIA T1000 8GB|1ff0
NVIDIA T1200 Laptop GPU|1fbc
NVIDIA T400|1fb2
NVIDIA T400 4GB|1ff2
NVIDIA T400E|1ff2
NVIDIA T500|1fbb
NVIDIA T550 Laptop GPU|1fb7
NVIDIA T600|1fb1
NVIDIA T600 Laptop GPU|1fb6 1fba
NVIDIA TITAN RTX|1e02
Quadro RTX 3000|1f36 1f76
Quadro RTX 3000 with Max-Q Design|1f36
Quadro RTX 4000|1eb1 1eb6
Quadro RTX 4000 with Max-Q Design|1eb6
Quadro RTX 5000|1eb0 1eb5 1ef5
Quadro RTX 5000 with Max-Q Design|1eb5
Quadro RTX 6000|1e30 1e36 1e78
Quadro RTX 8000|1e30 1e78
Quadro T1000|1fb9 1ff9
Quadro T1000 with Max-Q Design|1fb9
Quadro T2000|1fb8
Quadro T2000 with Max-Q Design|1fb8
Tesla T4|1eb8
"""

_BY_CAPABILITY = """\
NVIDIA GB10 (DGX Spark)|12.1
NVIDIA RTX PRO 6000 Blackwell Server Edition|12.0
NVIDIA RTX PRO 4500 Blackwell Server Edition|12.0
NVIDIA RTX PRO 6000 Blackwell Workstation Edition|12.0
NVIDIA RTX PRO 6000 Blackwell Max-Q Workstation Edition|12.0
NVIDIA RTX PRO 5000 Blackwell|12.0
NVIDIA RTX PRO 4500 Blackwell|12.0
NVIDIA RTX PRO 4000 Blackwell|12.0
NVIDIA RTX PRO 4000 Blackwell SFF Edition|12.0
NVIDIA RTX PRO 2000 Blackwell|12.0
GeForce RTX 5090|12.0
GeForce RTX 5080|12.0
GeForce RTX 5070 Ti|12.0
GeForce RTX 5070|12.0
GeForce RTX 5060 Ti|12.0
GeForce RTX 5060|12.0
GeForce RTX 5050|12.0
Jetson T5000|11.0
Jetson T4000|11.0
NVIDIA GB300|10.3
NVIDIA B300|10.3
NVIDIA GB200|10.0
NVIDIA B200|10.0
NVIDIA GH200|9.0
NVIDIA H200|9.0
NVIDIA H100|9.0
NVIDIA L4|8.9
NVIDIA L40|8.9
NVIDIA L40S|8.9
NVIDIA RTX 6000 Ada|8.9
NVIDIA RTX 5000 Ada|8.9
NVIDIA RTX 4500 Ada|8.9
NVIDIA RTX 4000 Ada|8.9
NVIDIA RTX 4000 SFF Ada|8.9
NVIDIA RTX 2000 Ada|8.9
GeForce RTX 4090|8.9
GeForce RTX 4080|8.9
GeForce RTX 4070 Ti|8.9
GeForce RTX 4070|8.9
GeForce RTX 4060 Ti|8.9
GeForce RTX 4060|8.9
GeForce RTX 4050|8.9
Jetson AGX Orin|8.7
Jetson Orin NX|8.7
Jetson Orin Nano|8.7
NVIDIA A40|8.6
NVIDIA A10|8.6
NVIDIA A16|8.6
NVIDIA A2|8.6
NVIDIA RTX A6000|8.6
NVIDIA RTX A5000|8.6
NVIDIA RTX A4000|8.6
NVIDIA RTX A3000|8.6
NVIDIA RTX A2000|8.6
GeForce RTX 3090 Ti|8.6
GeForce RTX 3090|8.6
GeForce RTX 3080 Ti|8.6
GeForce RTX 3080|8.6
GeForce RTX 3070 Ti|8.6
GeForce RTX 3070|8.6
GeForce RTX 3060 Ti|8.6
GeForce RTX 3060|8.6
GeForce RTX 3050 Ti|8.6
GeForce RTX 3050|8.6
NVIDIA A100|8.0
NVIDIA A30|8.0
NVIDIA T4|7.5
Quadro RTX 8000|7.5
Quadro RTX 6000|7.5
Quadro RTX 5000|7.5
Quadro RTX 4000|7.5
Quadro RTX 3000|7.5
Quadro T2000|7.5
NVIDIA T1200|7.5
NVIDIA T1000|7.5
NVIDIA T600|7.5
NVIDIA T500|7.5
NVIDIA T400|7.5
GeForce GTX 1650 Ti|7.5
NVIDIA TITAN RTX|7.5
GeForce RTX 2080 Ti|7.5
GeForce RTX 2080|7.5
GeForce RTX 2070|7.5
GeForce RTX 2060|7.5
Jetson AGX Xavier|7.2
Jetson Xavier NX|7.2
NVIDIA V100|7.0
Quadro GV100|7.0
NVIDIA TITAN V|7.0
Jetson TX2|6.2
Tesla P40|6.1
Tesla P4|6.1
Quadro P6000|6.1
Quadro P5200|6.1
Quadro P5000|6.1
Quadro P4200|6.1
Quadro P4000|6.1
Quadro P3200|6.1
Quadro P3000|6.1
Quadro P2200|6.1
Quadro P2000|6.1
Quadro P1000|6.1
Quadro P620|6.1
Quadro P600|6.1
Quadro P500|6.1
Quadro P400|6.1
P620|6.1
P520|6.1
NVIDIA TITAN Xp|6.1
NVIDIA TITAN X|6.1
GeForce GTX 1080 Ti|6.1
GeForce GTX 1080|6.1
GeForce GTX 1070 Ti|6.1
GeForce GTX 1070|6.1
GeForce GTX 1060|6.1
GeForce GTX 1050|6.1
Tesla P100|6.0
Quadro GP100|6.0
Jetson Nano|5.3
Tesla M60|5.2
Tesla M40|5.2
Quadro M6000 24GB|5.2
Quadro M6000|5.2
Quadro M5000|5.2
Quadro M4000|5.2
Quadro M2000|5.2
Quadro M5500M|5.2
Quadro M2200|5.2
GeForce GTX TITAN X|5.2
GeForce GTX 980 Ti|5.2
GeForce GTX 980|5.2
GeForce GTX 970|5.2
GeForce GTX 960|5.2
GeForce GTX 950|5.2
GeForce GTX 980M|5.2
GeForce GTX 970M|5.2
GeForce GTX 965M|5.2
Quadro K2200|5.0
Quadro K1200|5.0
Quadro K620|5.0
Quadro M1200|5.0
Quadro M520|5.0
Quadro M2000M|5.0
Quadro M1000M|5.0
Quadro K620M|5.0
Quadro M600M|5.0
Quadro M500M|5.0
NVIDIA NVS 810|5.0
GeForce GTX 750|5.0
GeForce GTX 960M|5.0
GeForce GTX 950M|5.0
GeForce 940M|5.0
GeForce 930M|5.0
GeForce GTX 850M|5.0
GeForce 840M|5.0
GeForce 830M|5.0
Tesla K80|3.7
Tesla K40|3.5
Tesla K20|3.5
Quadro K6000|3.5
Quadro K5200|3.5
Quadro K610M|3.5
Quadro K510M|3.5
GeForce GTX TITAN Z|3.5
GeForce GTX TITAN Black|3.5
GeForce GTX TITAN|3.5
GeForce GTX 780 Ti|3.5
GeForce GTX 780|3.5
GeForce GT 640 GDDR5|3.5
GeForce 920M|3.5
Tegra K1|3.2
Jetson TK1|3.2
Tesla K10|3.0
Quadro K5000|3.0
Quadro K4200|3.0
Quadro K4000|3.0
Quadro K2000|3.0
Quadro K2000D|3.0
Quadro K600|3.0
Quadro K420|3.0
Quadro 410|3.0
GeForce GTX 770|3.0
GeForce GTX 760|3.0
GeForce GTX 690|3.0
GeForce GTX 680|3.0
GeForce GTX 670|3.0
GeForce GTX 660 Ti|3.0
GeForce GTX 660|3.0
GeForce GTX 650 Ti BOOST|3.0
GeForce GTX 650 Ti|3.0
GeForce GTX 650|3.0
GeForce GT 740|3.0
GeForce GTX 560 Ti|2.1
GeForce GTX 550 Ti|2.1
GeForce GTX 460|2.1
GeForce GTS 450|2.1
Tesla C2075|2.0
Tesla C2050|2.0
GeForce GTX 590|2.0
GeForce GTX 580|2.0
GeForce GTX 570|2.0
GeForce GTX 480|2.0
GeForce GTX 470|2.0
GeForce GTX 465|2.0
"""
# <<< generated


@cache
def names_by_id() -> Mapping[str, tuple[str, ...]]:
    """Return NVIDIA's names of each PCI device id (four hexadecimal digits in lower case)."""
    found: dict[str, tuple[str, ...]] = {}
    for line in _BY_ID.splitlines():
        name, ids = line.split("|")
        for device_id in ids.split():
            found[device_id] = (*found.get(device_id, ()), name)
    return MappingProxyType(found)


@cache
def capabilities_by_name() -> tuple[tuple[str, ComputeCapability], ...]:
    """Return (name, compute capability) as NVIDIA's pages list them, newest first."""
    pairs = (line.split("|") for line in _BY_CAPABILITY.splitlines())
    return tuple((name, ComputeCapability.parse(capability)) for name, capability in pairs)
