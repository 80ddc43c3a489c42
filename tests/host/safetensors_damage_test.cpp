// SPDX-License-Identifier: MIT
//
// Files that are no safetensors files, each wrong in one way, and damaged ones of ours.
#include <gtest/gtest.h>

#include "levelgrad/error.h"
#include "levelgrad/host/safetensors.h"

namespace levelgrad::host {
namespace {

/// A file of other programs: any header, any bytes behind it.
std::string foreign(const std::string& header, const std::string& buffer = "") {
  std::string bytes;
  for (int k = 0; k < 8; ++k) bytes += static_cast<char>(header.size() >> (8 * k));
  return bytes + header + buffer;
}

/// The header's text for a tensor.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":[)" + shape +
         R"(],"data_offsets":[)" + offsets + "]}";
}

std::string message_of(const std::string& bytes) {
  try {
    (void)parse_safetensors(bytes, "f");
    return "read without an error";
  } catch (const DataError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.message();
  }
}

TEST(SafetensorsDamage, ReadsAFileAsPythonWritesIt) {
  // json.dumps' blanks, members in an order of its own, metadata last and the padding's spaces.
  const std::string header = R"({"b": {"shape": [2], "data_offsets": [8, 12], "dtype": "BF16"}, )"
                             R"("a": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]}, )"
                             R"("__metadata__": {"format": "pt", "note": "\u00e4"}}   )";
  const TensorFile file = parse_safetensors(foreign(header, "01234567abcd"), "f");
  const TensorFile expected{{{"a", "F32", {1, 2}, "01234567"}, {"b", "BF16", {2}, "abcd"}},
                            {{"format", "pt"}, {"note", "\xC3\xA4"}}};
  EXPECT_EQ(expected, file);
  EXPECT_EQ(TensorFile{}, parse_safetensors(foreign("{}"), "f"));
  EXPECT_EQ(TensorFile{}, parse_safetensors(foreign(R"({"__metadata__":{}})"), "f"));
}

TEST(SafetensorsDamage, TakesEveryDtype) {
  for (const char* dtype :
       {"BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "F8_E8M0", "F8_E4M3FNUZ", "F8_E5M2FNUZ"}) {
    EXPECT_NO_THROW((void)parse_safetensors(
        foreign("{" + entry("a", dtype, "8", "0,8") + "}", "01234567"), "f"));
  }
  for (const char* dtype : {"I16", "U16", "F16", "BF16"}) {
    EXPECT_NO_THROW((void)parse_safetensors(
        foreign("{" + entry("a", dtype, "2,2", "0,8") + "}", "01234567"), "f"));
  }
  for (const char* dtype : {"I32", "U32", "F32"}) {
    EXPECT_NO_THROW((void)parse_safetensors(
        foreign("{" + entry("a", dtype, "2", "0,8") + "}", "01234567"), "f"));
  }
  for (const char* dtype : {"I64", "U64", "F64", "C64"}) {
    EXPECT_NO_THROW((void)parse_safetensors(
        foreign("{" + entry("a", dtype, "", "0,8") + "}", "01234567"), "f"));
  }
  EXPECT_NO_THROW(
      (void)parse_safetensors(foreign("{" + entry("a", "F4", "16", "0,8") + "}", "01234567"), "f"));
  for (const char* dtype : {"F6_E2M3", "F6_E3M2"}) {
    EXPECT_NO_THROW(
        (void)parse_safetensors(foreign("{" + entry("a", dtype, "4", "0,3") + "}", "012"), "f"));
  }
}

TEST(SafetensorsDamage, SizesThatDoNotFit) {
  EXPECT_EQ("f: the file is cut short", message_of(""));
  EXPECT_EQ("f: the file is cut short", message_of("1234567"));
  EXPECT_EQ("f: the file is cut short", message_of(foreign("{}").substr(0, 9)));
  EXPECT_EQ("f: the header is not one JSON object with spaces behind it", message_of(foreign("")));
  EXPECT_EQ("f: a header of 18446744073709551615 bytes; at most 16777216 are read",
            message_of(std::string(8, '\xFF') + "{}"));
  EXPECT_EQ("f: a header of 16777217 bytes; at most 16777216 are read",
            message_of(foreign("{}" + std::string((1 << 24) - 1, ' '))));
  EXPECT_NO_THROW((void)parse_safetensors(foreign("{}" + std::string((1 << 24) - 2, ' ')), "f"));
}

TEST(SafetensorsDamage, HeadersThatAreNotOneObject) {
  const std::string message = "f: the header is not one JSON object with spaces behind it";
  for (const std::string& header :
       {std::string(" {}"), std::string("\xEF\xBB\xBF{}"), std::string("{}\n"),
        std::string("{}\t "), std::string("[]"), std::string("{} x"), std::string("{\0}", 3),
        std::string("{}\0}", 4)}) {
    EXPECT_EQ(message, message_of(foreign(header))) << header;
  }
  EXPECT_EQ("f: the header is not JSON at its byte 3", message_of(foreign("{}}")));
  EXPECT_EQ("f: the header is not JSON at its byte 3", message_of(foreign("{}{}")));
  EXPECT_EQ("f: the header is not JSON at its byte 2", message_of(foreign("{'a':1}")));
  EXPECT_EQ("f: the header is not JSON at its byte 2", message_of(foreign("{,}")));
  EXPECT_EQ("f: the header is not JSON at its byte 2", message_of(foreign("{/**/}")));
  // Not UTF-8: a stray byte, an overlong form, a surrogate; an escaped half of a surrogate pair.
  for (const char* text : {"\xFF", "\xC0\x80", "\xED\xA0\x80", "\\ud800"}) {
    EXPECT_NE(std::string::npos,
              message_of(foreign(R"({"__metadata__":{"a":")" + std::string(text) + "\"}}"))
                  .find("is not JSON at its byte"));
  }
}

/// The message for a file of one tensor whose description is this.
std::string message_of_member(const std::string& member) {
  return message_of(foreign(R"({"a":)" + member + "}", "01234567"));
}

TEST(SafetensorsDamage, MembersThatTheFormatDoesNotHave) {
  const std::string at = "f: the header has at \"a\" ";
  EXPECT_EQ(at + "a string", message_of_member(R"("x")"));
  EXPECT_EQ(at + "a number", message_of_member("3"));
  EXPECT_EQ(at + "null", message_of_member("null"));
  EXPECT_EQ(at + "true", message_of_member("true"));
  EXPECT_EQ(at + "an array", message_of_member("[]"));
  EXPECT_EQ(at + "not all of dtype, shape and data_offsets", message_of_member("{}"));
  EXPECT_EQ(at + "not all of dtype, shape and data_offsets",
            message_of_member(R"({"dtype":"F64","shape":[]})"));
  EXPECT_EQ(at + "the unknown word \"strides\"",
            message_of_member(R"({"dtype":"F64","shape":[],"data_offsets":[0,8],"strides":[]})"));
  EXPECT_EQ(at + "\"shape\" a second time",
            message_of_member(R"({"dtype":"F64","shape":[],"shape":[1],"data_offsets":[0,8]})"));
  EXPECT_EQ(at + "a number", message_of_member(R"({"dtype":64})"));
  EXPECT_EQ(at + "an array", message_of_member(R"({"dtype":["F64"]})"));
  EXPECT_EQ(at + "an object", message_of_member(R"({"dtype":{}})"));
  EXPECT_EQ(at + "a string", message_of_member(R"({"shape":"1"})"));
  EXPECT_EQ(at + "a number", message_of_member(R"({"shape":1})"));
  EXPECT_EQ(at + "an object", message_of_member(R"({"shape":[{}]})"));
  EXPECT_EQ(at + "an array", message_of_member(R"({"shape":[[1]]})"));
  EXPECT_EQ(at + "a string", message_of_member(R"({"shape":["1"]})"));
  EXPECT_EQ(at + "a negative number", message_of_member(R"({"shape":[-1]})"));
  EXPECT_EQ(at + "the number 1.0, which is no integer of 64 bits",
            message_of_member(R"({"shape":[1.0]})"));
  EXPECT_EQ(at + "the number 18446744073709551616, which is no integer of 64 bits",
            message_of_member(R"({"shape":[18446744073709551616]})"));
  std::string ones = "1";
  for (int k = 0; k < 31; ++k) ones += ",1";
  EXPECT_EQ("read without an error",
            message_of_member(R"({"dtype":"F64","shape":[)" + ones + R"(],"data_offsets":[0,8]})"));
  EXPECT_EQ(at + "more than 32 numbers", message_of_member(R"({"shape":[)" + ones + ",1]}"));
  for (const char* offsets : {"", "0", "0,8,8"}) {
    EXPECT_EQ(at + "data_offsets that are not two numbers",
              message_of_member(R"({"data_offsets":[)" + std::string(offsets) + "]}"));
  }
}

TEST(SafetensorsDamage, MetadataThatIsNotStrings) {
  const std::string in = R"({"__metadata__":)";
  EXPECT_EQ("f: the header has at \"a\" a number", message_of(foreign(in + R"({"a":1}})")));
  EXPECT_EQ("f: the header has at \"a\" an object", message_of(foreign(in + R"({"a":{}}})")));
  EXPECT_EQ("f: the header has at \"a\" an array", message_of(foreign(in + R"({"a":[]}})")));
  EXPECT_EQ("f: the header has at \"a\" null", message_of(foreign(in + R"({"a":null}})")));
  EXPECT_EQ("f: the header has at \"a\" \"a\" a second time",
            message_of(foreign(in + R"({"a":"1","a":"2"}})")));
  EXPECT_EQ("f: the header has at \"__metadata__\" \"__metadata__\" a second time",
            message_of(foreign(in + R"({},"__metadata__":{}})")));
}

TEST(SafetensorsDamage, DeepNestingIsRefusedAtItsBeginning) {
  const std::string deep(100000, '[');
  EXPECT_EQ("f: the header has at \"a\" an array", message_of(foreign(R"({"a":)" + deep + "}")));
  std::string objects;
  for (int k = 0; k < 100000; ++k) objects += R"({"shape":)";
  EXPECT_EQ("f: the header has at \"a\" an object",
            message_of(foreign(R"({"a":)" + objects + "}")));
}

TEST(SafetensorsDamage, TooManyTensors) {
  std::string header;
  for (std::size_t k = 0; k <= SafetensorsLimits::tensors; ++k) {
    header += (k == 0 ? "{" : ",") + entry(std::to_string(k), "U8", "0", "0,0");
  }
  EXPECT_EQ("f: more than 65536 tensors", message_of(foreign(header + "}")));
}

/// The message for a file of these two tensors and 16 bytes.
std::string message_of_two(const std::string& a, const std::string& b) {
  return message_of(foreign("{" + a + "," + b + "}", "0123456789abcdef"));
}

TEST(SafetensorsDamage, TensorsThatDoNotFillTheFile) {
  const std::string first = entry("a", "F64", "", "0,8");
  EXPECT_EQ("read without an error", message_of_two(first, entry("b", "F64", "1", "8,16")));
  EXPECT_EQ("read without an error", message_of_two(entry("b", "F64", "1", "8,16"), first));
  EXPECT_EQ("f: the header has at \"a\" \"a\" a second time",
            message_of_two(first, entry("a", "F64", "1", "8,16")));
  EXPECT_EQ("f: the tensor \"b\" has a hole before it",
            message_of_two(entry("a", "F32", "", "0,4"), entry("b", "F64", "1", "8,16")));
  EXPECT_EQ("f: the tensor \"a\" has a hole before it",
            message_of_two(entry("a", "U8", "7", "1,8"), entry("b", "F64", "1", "8,16")));
  EXPECT_EQ("f: the tensor \"b\" overlaps another one",
            message_of_two(first, entry("b", "U8", "9", "7,16")));
  EXPECT_EQ("f: the tensor \"b\" overlaps another one",
            message_of_two(first, entry("b", "F64", "", "0,8")));
  EXPECT_EQ("f: the tensor \"b\" ends before it begins",
            message_of_two(first, entry("b", "F64", "", "8,0")));
  EXPECT_EQ("f: 4 bytes behind the last tensor",
            message_of_two(first, entry("b", "F32", "1", "8,12")));
  EXPECT_EQ("f: the tensor \"b\" goes on behind the end of the file: it is cut short",
            message_of_two(first, entry("b", "U8", "9", "8,17")));
  EXPECT_EQ("f: the tensor \"b\" goes on behind the end of the file: it is cut short",
            message_of_two(first, entry("b", "U8", "9", "8,18446744073709551615")));
  EXPECT_EQ("f: 1 bytes behind the last tensor", message_of(foreign("{}", "x")));
}

TEST(SafetensorsDamage, BytesThatAreNotThoseOfTheShape) {
  const auto message = [](const std::string& dtype, const std::string& shape) {
    return message_of(foreign("{" + entry("a", dtype, shape, "0,8") + "}", "01234567"));
  };
  EXPECT_EQ("f: the tensor \"a\" is of an unknown dtype \"F65\"", message("F65", "1"));
  EXPECT_EQ("f: the tensor \"a\" is of an unknown dtype \"f64\"", message("f64", "1"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F64 of [2]", message("F64", "2"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F64 of [0]", message("F64", "0"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F32 of [1, 1]", message("F32", "1,1"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F4 of [17]", message("F4", "17"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F4 of [15]", message("F4", "15"));
  // 2^64 + 1 numbers, 2^64 + 64 bits: both would be right modulo 2^64.
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not F64 of [274177, 67280421310721]",
            message("F64", "274177,67280421310721"));
  EXPECT_EQ("f: the tensor \"a\" has 8 bytes, which are not U8 of [2305843009213693960]",
            message("U8", "2305843009213693960"));
  EXPECT_EQ("f: the tensor \"a\" has 0 bytes, which are not U8 of [4294967296, 4294967296, 0]",
            message_of(foreign("{" + entry("a", "U8", "4294967296,4294967296,0", "0,0") + "}")));
}

/// A small file of ours, with two widths, a name with escapes, padding and metadata.
std::string checked_file() {
  return safetensors_bytes(
      {{{"w", "F32", {1, 2}, "01234567"}, {"\n", "U8", {3}, "xyz"}}, {{"a", "1"}, {"step", "7"}}});
}

TEST(SafetensorsDamage, EveryChangedByteOfOurFilesIsNoticed) {
  const std::string bytes = checked_file();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    for (unsigned change = 1; change < 256; ++change) {
      std::string damaged = bytes;
      damaged[i] = static_cast<char>(static_cast<unsigned char>(damaged[i]) ^ change);
      EXPECT_NE("read without an error", message_of(damaged)) << "byte " << i << ": " << damaged[i];
    }
  }
}

TEST(SafetensorsDamage, EveryCutIsNoticed) {
  const std::string bytes = checked_file();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_NE("read without an error", message_of(bytes.substr(0, size))) << size;
  }
  EXPECT_EQ("f: the file is damaged: its checksum is wrong", message_of(bytes + " "));
}

TEST(SafetensorsDamage, DamageIsCalledDamage) {
  const std::string damaged = "f: the file is damaged: its checksum is wrong";
  std::string bytes = checked_file();
  bytes.back() ^= 1;
  EXPECT_EQ(damaged, message_of(bytes));
  const std::string digest(64, 'a');
  for (const std::string& metadata :
       {R"("checksum":"sha256")" + std::string(), R"("sha256":")" + digest + "\"",
        R"("checksum":"sha256","sha256":")" + digest + "\"",
        R"("checksum":"sha256","sha256":"")" + std::string(),
        R"("checksum":"crc","sha256":")" + digest + "\""}) {
    EXPECT_EQ(damaged, message_of(foreign(R"({"__metadata__":{)" + metadata + "}}"))) << metadata;
  }
}

}  // namespace
}  // namespace levelgrad::host
