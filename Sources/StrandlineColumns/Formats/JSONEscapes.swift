/// The escapes of JSON strings.
enum JSONEscapes {
  /// Appends the text of a string, given without its quotes and already known to be valid.
  static func append(_ text: RawSpan, to output: inout [UInt8]) {
    var position = 0
    while position < text.byteCount {
      let byte = text.byte(position)
      if byte != UInt8(ascii: "\\") {
        output.append(byte)
        position += 1
        continue
      }
      let letter = text.byte(position + 1)
      if letter == UInt8(ascii: "u") {
        var scalar = hex(text, at: position + 2)
        position += 6
        if scalar & 0xFC00 == 0xD800 {
          scalar = 0x10000 + (scalar & 0x3FF) << 10 + hex(text, at: position + 2) & 0x3FF
          position += 6
        }
        append(scalar: scalar, to: &output)
      } else {
        output.append(character(letter))
        position += 2
      }
    }
  }

  /// The character that a letter after a backslash stands for, 0 where it stands for none (or for a code, as `u` does).
  static func character(_ letter: UInt8) -> UInt8 {
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): letter
    case UInt8(ascii: "b"): 0x08
    case UInt8(ascii: "f"): 0x0C
    case UInt8(ascii: "n"): 0x0A
    case UInt8(ascii: "r"): 0x0D
    case UInt8(ascii: "t"): 0x09
    default: 0
    }
  }

  /// The value of a hexadecimal digit, or nil.
  static func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
    default: nil
    }
  }

  private static func hex(_ text: RawSpan, at position: Int) -> UInt32 {
    var value: UInt32 = 0
    for index in 0..<4 { value = value << 4 | (hexDigit(text.byte(position + index)) ?? 0) }
    return value
  }

  private static func append(scalar: UInt32, to output: inout [UInt8]) {
    if scalar < 0x80 {
      output.append(UInt8(truncatingIfNeeded: scalar))
    } else if scalar < 0x800 {
      output.append(UInt8(truncatingIfNeeded: 0xC0 | scalar >> 6))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    } else {
      if scalar < 0x10000 {
        output.append(UInt8(truncatingIfNeeded: 0xE0 | scalar >> 12))
      } else {
        output.append(UInt8(truncatingIfNeeded: 0xF0 | scalar >> 18))
        output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 12 & 0x3F))
      }
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar >> 6 & 0x3F))
      output.append(UInt8(truncatingIfNeeded: 0x80 | scalar & 0x3F))
    }
  }
}
