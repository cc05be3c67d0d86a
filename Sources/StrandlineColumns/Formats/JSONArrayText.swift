extension Column {
  /// Appends the values as a JSON array without spaces: `[1,null,3]`, each as `JSONLinesEncoder` writes it. Linear in their bytes.
  public func appendJSONArray(to output: inout [UInt8]) {
    var rendered = RenderedColumn()
    rendered.render(self, Array(0..<Int32(count)), by: JSONStyle())
    output.append(UInt8(ascii: "["))
    var start = 0
    for (index, end) in rendered.ends.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      output.append(contentsOf: rendered.bytes[start..<end])
      start = end
    }
    output.append(UInt8(ascii: "]"))
  }
}
