// SPDX-License-Identifier: MIT
//
// What the documents and the layout promise, checked against the tree.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <regex>
#include <sstream>

namespace {

namespace fs = std::filesystem;

const fs::path root = LEVELGRAD_ROOT;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::ptrdiff_t line_count(const std::string& text) {
  return std::count(text.begin(), text.end(), '\n');
}

/// Our own sources: path relative to the root, and text.
std::vector<std::pair<std::string, std::string>> sources() {
  std::vector<std::pair<std::string, std::string>> found;
  for (const char* folder : {"core", "host", "cuda", "tests", "bench"}) {
    if (!fs::exists(root / folder)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / folder)) {
      const std::string extension = entry.path().extension().string();
      const bool code = extension == ".h" || extension == ".cpp" || extension == ".cu";
      if (code) found.emplace_back(fs::relative(entry.path(), root).string(), read(entry.path()));
    }
  }
  return found;
}

TEST(Documents, KeepTheirLength) {
  EXPECT_LE(line_count(read(root / "README.md")), 120);
  EXPECT_LE(line_count(read(root / "ARCHITECTURE.md")), 150);
}

TEST(Documents, ReadmeShowsTheExamplesThatAreTested) {
  for (const char* name : {"readme.cpp", "batch.cpp"}) {
    const std::string code = read(root / "tests/examples" / name);
    const std::string begin = "// [readme-begin]\n";
    const std::size_t start = code.find(begin) + begin.size();
    const std::string shown = code.substr(start, code.find("// [readme-end]") - start);
    EXPECT_GT(shown.size(), 100U);
    EXPECT_NE(std::string::npos, read(root / "README.md").find("```cpp\n" + shown + "```"))
        << "README.md does not hold these lines:\n"
        << shown;
  }
}

TEST(Documents, NamePathsThatExist) {
  const std::regex path_pattern("`((?:core|host|cuda|tests|bench)/[A-Za-z0-9_./-]+)`");
  int checked = 0;
  for (const char* name : {"README.md", "ARCHITECTURE.md", "CHANGELOG.md"}) {
    const std::string text = read(root / name);
    for (std::sregex_iterator it(text.begin(), text.end(), path_pattern), end; it != end; ++it) {
      EXPECT_TRUE(fs::exists(root / it->str(1))) << name << " names " << it->str(1);
      ++checked;
    }
  }
  EXPECT_GT(checked, 5);
}

TEST(Sources, StayShortAndNarrow) {
  for (const auto& [path, text] : sources()) {
    EXPECT_LE(line_count(text), 600) << path;
    EXPECT_TRUE(text.starts_with("// SPDX-License-Identifier: MIT\n")) << path;
    std::istringstream lines(text);
    int number = 0;
    for (std::string line; std::getline(lines, line);) {
      ++number;
      EXPECT_LE(line.size(), 110U) << path << ":" << number;
    }
  }
}

TEST(Sources, CoreKnowsNeitherHostNorCuda) {
  for (const auto& [path, text] : sources()) {
    const auto includes = [&, &text = text](const char* what) {
      return text.find("#include \"levelgrad/" + std::string(what)) != std::string::npos;
    };
    if (path.starts_with("core/")) {
      EXPECT_FALSE(includes("host/")) << path;
      EXPECT_FALSE(includes("cuda/")) << path;
    }
    if (path.starts_with("host/") && !path.starts_with("host/app/")) {
      EXPECT_FALSE(includes("cuda/")) << path;
    }
    if (path.starts_with("cuda/")) {
      EXPECT_FALSE(includes("host/")) << path;
    }
  }
}

TEST(Sources, EngineCallsNoFunctionOfTheMathLibrary) {
  const std::regex call(
      "std::(exp|expm1|log|log1p|log2|pow|sin|cos|tan|tanh|erf|fma|sqrt|fmin|fmax)[fl]?\\(");
  for (const auto& [path, text] : sources()) {
    if (!path.starts_with("core/") && !path.starts_with("cuda/")) continue;
    EXPECT_FALSE(std::regex_search(text, call)) << path;
  }
}

// In a kernel a bare name is CUDA's function: libdevice's exp(double), say, is put in line and has
// no instruction that the PTX gate could know.
TEST(Sources, KernelsCallNoFunctionOfTheMathLibrary) {
  const std::regex call(
      "(^|[^A-Za-z0-9_:.>])(__)?(exp|exp2|exp10|expm1|log|log1p|log2|log10|pow|sin|cos|sincos|tan|"
      "tanh|sinh|cosh|erf|erfc|fma|sqrt|rsqrt|cbrt|fmin|fmax|fdividef?)(f|_r[nzud])?\\(");
  const std::regex comment("//[^\n]*");
  for (const auto& [path, text] : sources()) {
    if (!path.starts_with("cuda/")) continue;
    const std::string code = std::regex_replace(text, comment, "");
    std::smatch found;
    EXPECT_FALSE(std::regex_search(code, found, call)) << path << " calls " << found.str();
  }
}

TEST(Sources, FreestandingHeadersIncludeOnlyEachOther) {
  const std::regex standard("#include <");
  for (const char* name :
       {"clipping.h", "fn.h", "math.h", "ops.h", "optimizers.h", "philox.h", "math/exp.h",
        "math/log.h"}) {
    const std::string text = read(root / "core/include/levelgrad" / name);
    EXPECT_FALSE(text.empty()) << name;
    EXPECT_FALSE(std::regex_search(text, standard)) << name;
  }
}

}  // namespace
