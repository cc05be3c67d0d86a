/// Sums whose exact value, rounded once, was computed with integers of any size.
let knownSums: [(values: [Double], sum: Double)] = [
  ([], 0),
  ([0], 0),
  ([-0.0], 0),
  ([0x1.0000000000000p+0], 0x1.0000000000000p+0),
  ([-0x1.0000000000000p+0], -0x1.0000000000000p+0),
  ([0x1.1ccf385ebc8a0p+1023, 0x1.1ccf385ebc8a0p+1023, -0x1.1ccf385ebc8a0p+1023], 0x1.1ccf385ebc8a0p+1023),
  ([0x1.1ccf385ebc8a0p+1023, 0x1.1ccf385ebc8a0p+1023], .infinity),
  ([-0x1.1ccf385ebc8a0p+1023, -0x1.1ccf385ebc8a0p+1023], -.infinity),
  ([0x1.fffffffffffffp+1023, Double.leastNonzeroMagnitude], 0x1.fffffffffffffp+1023),
  ([0x1.fffffffffffffp+1023, 0x1.0000000000000p+970], .infinity),
  ([0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+969], 0x1.fffffffffffffp+1023),
  ([0x1.fffffffffffffp+1023, 0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023], 0x1.fffffffffffffp+1023),
  ([Double.leastNonzeroMagnitude], Double.leastNonzeroMagnitude),
  ([-Double.leastNonzeroMagnitude], -Double.leastNonzeroMagnitude),
  ([Double.leastNonzeroMagnitude, Double.leastNonzeroMagnitude], 2 * Double.leastNonzeroMagnitude),
  ([Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude], 0),
  ([3 * Double.leastNonzeroMagnitude, -Double.leastNonzeroMagnitude], 2 * Double.leastNonzeroMagnitude),
  ([0x1.0000000000000p-1022, -Double.leastNonzeroMagnitude], Double.leastNormalMagnitude.nextDown),
  ([Double.leastNormalMagnitude.nextDown, Double.leastNonzeroMagnitude], 0x1.0000000000000p-1022),
  ([0x1.0000000000000p-1021, Double.leastNonzeroMagnitude], 0x1.0000000000000p-1021),
  ([0x1.0000000000000p-1021, -Double.leastNonzeroMagnitude], 0x1.fffffffffffffp-1022),
  ([0x1.0000000000000p+0, 0x1.0000000000000p-53], 0x1.0000000000000p+0),
  ([0x1.0000000000000p+0, 0x1.0000000000000p-53, Double.leastNonzeroMagnitude], 0x1.0000000000001p+0),
  ([0x1.0000000000000p+0, 0x1.0000000000000p-53, -Double.leastNonzeroMagnitude], 0x1.0000000000000p+0),
  ([0x1.0000000000001p+0, 0x1.0000000000000p-53], 0x1.0000000000002p+0),
  ([0x1.0000000000001p+0, 0x1.0000000000000p-53, -Double.leastNonzeroMagnitude], 0x1.0000000000001p+0),
  ([-0x1.0000000000000p+0, -0x1.0000000000000p-53], -0x1.0000000000000p+0),
  ([-0x1.0000000000000p+0, 0x1.0000000000000p-54], -0x1.0000000000000p+0),
  (
    [0x1.0000000000000p+0, 0x1.249ad2594c37dp+332, 0x1.0000000000000p+0, -0x1.249ad2594c37dp+332], 0x1.0000000000000p+1
  ),
  ([0x1.1c37937e08000p+53, 0x1.0000000000000p+0, 0x1.0000000000000p+0], 0x1.1c37937e08001p+53),
  ([0x1.0000000000000p+53, 0x1.0000000000000p+0], 0x1.0000000000000p+53),
  ([0x1.0000000000000p+53, 0x1.0000000000000p+0, 0x1.0000000000000p+0], 0x1.0000000000001p+53),
  ([0x1.0000000000001p+53, 0x1.0000000000000p+0], 0x1.0000000000002p+53),
  (
    [
      0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4,
      0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4, 0x1.999999999999ap-4,
    ], 0x1.0000000000000p+0
  ),
  ([0x1.999999999999ap-4, 0x1.999999999999ap-3, 0x1.3333333333333p-2, -0x1.3333333333333p-1], 0x1.0000000000000p-55),
  ([0x1.56e1fc2f8f359p-997, 0x1.7e43c8800759cp+996, -0x1.7e43c8800759cp+996], 0x1.56e1fc2f8f359p-997),
  ([0x1.0000000000000p+52, 0x1.0000000000000p-1], 0x1.0000000000000p+52),
  ([0x1.0000000000001p+52, 0x1.0000000000000p-1], 0x1.0000000000002p+52),
  ([0x1.fffffffffffffp+0, 0x1.0000000000000p-53], 0x1.0000000000000p+1),
  ([0x1.fffffffffffffp+1023, -0x1.fffffffffffffp+1023, Double.leastNonzeroMagnitude], Double.leastNonzeroMagnitude),
  ([0x1.0000000000000p+63, 0x1.0000000000000p-1], 0x1.0000000000000p+63),
  ([0x1.0000000000000p+64, -0x1.0000000000000p+0], 0x1.0000000000000p+64),
  ([-0x1.fffffffffffffp+1023, -0x1.0000000000000p+969, -0x1.0000000000000p+969], -.infinity),
  ([.infinity, 0x1.0000000000000p+0], .infinity),
  ([-.infinity, 0x1.fffffffffffffp+1023], -.infinity),
  ([.infinity, -.infinity], .nan),
  ([.nan, 0x1.0000000000000p+0], .nan),
  ([.nan, .infinity], .nan),
  ([.infinity, .infinity], .infinity),
  (
    [-0x1.65132714d4748p-877, -0x1.d23f083125f20p-689, 0x1.95319841db208p+1004, -0x1.099950c2c0146p+702],
    0x1.95319841db208p+1004
  ),
  (
    [
      -0x1.3d9c1722e71f0p+664, -0x1.d3ac94b218326p-567, -0x1.a170b33413eedp-821, 0x1.0cb1e29f3d7b6p-169,
      -0x1.8e81973b7892ep-529,
    ], -0x1.3d9c1722e71f0p+664
  ),
  (
    [0x1.24ede6b14d4c8p-592, 0x1.8f6d055a1db50p-334, -0x1.94e3bf92474e6p-305, 0x1.18f135d1871f6p-817],
    -0x1.94e3bf85cbe63p-305
  ),
  (
    [
      -0x1.9e7769a69736cp+959, 0x1.c6f8770a0d7e6p+833, 0x1.5c90a94997b0fp-57, -0x1.b2f14c98f45d4p-75,
      -0x1.930d6ea99ba40p+953, 0x1.babced2e5cd98p+105,
    ], -0x1.a4c39f613da55p+959
  ),
  (
    [
      -0x1.1e398f1061c0fp+638, -0x1.c1d3fceaf21f0p-452, 0x1.6bf46c61412f9p-757, 0x1.571242563fdc1p+360,
      0x1.947403198023ap+794, -0x1.d70820e2febd0p+31,
    ], 0x1.947403198023ap+794
  ),
  (
    [
      -0x1.0f88081765a84p+194, 0x1.48db40b6ee9d6p+506, 0x1.05c6af1e19cb0p+817, 0x1.2b0537f38ca72p-595,
      0x1.0f17a306fb8eep+103,
    ], 0x1.05c6af1e19cb0p+817
  ),
  ([-0x1.65dc9f4c82a8fp+959, -0x1.2a96fb0e5fbe4p+571, 0x1.e225714461b2ep+689], -0x1.65dc9f4c82a8fp+959),
  (
    [
      0x1.b4d66a2d4a1bep+395, 0x1.f52ddf4762510p-456, -0x1.2d1c9ae4d76fbp-124, -0x1.0316908f84d08p-328,
      0x1.482c9ca02188ep-478, 0x1.88daf40bd0ecep+231,
    ], 0x1.b4d66a2d4a1bep+395
  ),
  ([-0x1.74e69a5cc8f97p+533, 0x1.66237a0c9ca19p-650, 0x1.a260cd0cd06d1p-820], -0x1.74e69a5cc8f97p+533),
  ([-0x1.fc132d06ae302p+730, -0x1.1c2442eae1b83p-859, -0x1.000f49d223176p-455], -0x1.fc132d06ae302p+730),
]
