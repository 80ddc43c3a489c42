// SPDX-License-Identifier: MIT
#include "levelgrad/host/disk_cache.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "support/environment.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;
using levelgrad::testing::FileSizeLimit;
using levelgrad::testing::Variable;
using namespace std::chrono_literals;

const std::string key = "0123456789abcdef0123456789abcdef";

std::string read(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write(const fs::path& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

fs::perms mode_of(const fs::path& path) { return fs::status(path).permissions(); }

void use_long_ago(const fs::path& path, std::chrono::hours ago) {
  fs::last_write_time(path, fs::file_time_type::clock::now() - ago);
}

class DiskCacheTest : public levelgrad::testing::FolderTest {
protected:
  [[nodiscard]] fs::path entry(const std::string& name) const {
    return folder_ / (name + ".levelgrad-code");
  }

  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(folder_))
      names.push_back(file.path().filename());
    std::ranges::sort(names);
    return names;
  }

  /// The entry, damaged so, is not found, and is found again when it was kept again.
  void expect_repair(DiskCache& cache, const std::string& damaged, const std::string& bytes) {
    write(entry(key), damaged);
    ASSERT_EQ(std::nullopt, cache.find(key));
    cache.keep(key, bytes);
    ASSERT_EQ(bytes, cache.find(key));
  }
};

TEST_F(DiskCacheTest, FindsWhatWasKept) {
  std::string bytes(300000, 'x');
  bytes[7] = '\0';
  DiskCache cache(folder_);
  EXPECT_EQ(std::nullopt, cache.find(key));
  cache.keep(key, bytes);
  cache.keep("empty", "");
  EXPECT_EQ(bytes, cache.find(key));
  EXPECT_EQ("", cache.find("empty"));
  EXPECT_EQ(std::nullopt, cache.find("other"));
  EXPECT_EQ(bytes, DiskCache(folder_).find(key));  // by another run of the program
  cache.keep(key, "new");
  EXPECT_EQ("new", cache.find(key));
  EXPECT_EQ("", cache.trouble());
  EXPECT_EQ((std::vector<std::string>{key + ".levelgrad-code", "empty.levelgrad-code"}), names());
}

TEST_F(DiskCacheTest, NeverGivesAWrongBit) {
  DiskCache cache(folder_);
  const std::string bytes = "some code";
  cache.keep(key, bytes);
  const std::string whole = read(entry(key));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    expect_repair(cache, whole.substr(0, size), bytes);
  }
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    expect_repair(cache, damaged, bytes);
  }
  expect_repair(cache, whole + '\0', bytes);
  expect_repair(cache, "what somebody else wrote", bytes);
  cache.keep("other", bytes);
  expect_repair(cache, read(entry("other")), bytes);
  EXPECT_EQ("", cache.trouble());
}

TEST_F(DiskCacheTest, MakesFoldersForTheUserAlone) {
  DiskCache cache(folder_ / "one" / "two");
  EXPECT_EQ(std::nullopt, cache.find(key));
  EXPECT_FALSE(fs::exists(folder_ / "one"));
  cache.keep(key, "code");
  EXPECT_EQ("code", cache.find(key));
  EXPECT_EQ(fs::perms::owner_all, mode_of(folder_ / "one"));
  EXPECT_EQ(fs::perms::owner_all, mode_of(folder_ / "one" / "two"));
  EXPECT_EQ(fs::perms(0600), mode_of(folder_ / "one/two" / (key + ".levelgrad-code")));
  EXPECT_EQ("", cache.trouble());
}

TEST_F(DiskCacheTest, RunsNoCodeThatOthersMayHaveWritten) {
  DiskCache cache(folder_);
  cache.keep(key, "code");
  fs::permissions(entry(key), fs::perms(0620));
  EXPECT_EQ(std::nullopt, cache.find(key));
  EXPECT_NE(std::string::npos, cache.trouble().find(key + ".levelgrad-code is not used: another"));
  cache.keep(key, "code");
  EXPECT_EQ("code", cache.find(key));
  if (::geteuid() == 0) {
    ASSERT_EQ(0, ::chown(entry(key).c_str(), 12345, 12345));
    EXPECT_EQ(std::nullopt, cache.find(key));
  }
}

TEST_F(DiskCacheTest, SaysWhatIsWrongOnceAndGoesOn) {
  write(folder_ / "file", "");
  DiskCache below_a_file(folder_ / "file" / "below");
  below_a_file.keep(key, "code");
  EXPECT_EQ(std::nullopt, below_a_file.find(key));
  EXPECT_EQ(
      "cannot keep compiled code in " + (folder_ / "file/below").string() + ": Not a directory",
      below_a_file.trouble());

  DiskCache a_file(folder_ / "file");
  EXPECT_EQ(std::nullopt, a_file.find(key));
  a_file.keep(key, "code");
  EXPECT_NE(std::string::npos, a_file.trouble().find(": Not a directory"));

  DiskCache refused("/proc/levelgrad");  // takes no files, not even from root
  refused.keep(key, "code");
  EXPECT_TRUE(refused.trouble().starts_with("cannot keep compiled code in /proc/levelgrad: "));
  EXPECT_EQ(std::vector<std::string>{"file"}, names());

  if (::geteuid() == 0) return;  // root may do what follows
  fs::create_directory(folder_ / "locked");
  fs::permissions(folder_ / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  DiskCache locked(folder_ / "locked");
  locked.keep(key, "code");
  EXPECT_NE(std::string::npos, locked.trouble().find(": Permission denied")) << locked.trouble();
}

TEST_F(DiskCacheTest, LeavesNothingOnAFullDisk) {
  DiskCache cache(folder_);
  cache.keep(key, "old");
  {
    const FileSizeLimit limit(1000);
    cache.keep(key, std::string(5000, 'x'));
  }
  EXPECT_EQ("cannot keep compiled code in " + entry(key).string() + ": File too large",
            cache.trouble());
  EXPECT_EQ("old", cache.find(key));
  EXPECT_EQ(std::vector<std::string>{key + ".levelgrad-code"}, names());
}

TEST_F(DiskCacheTest, TakesWhatIsNoFileForAbsent) {
  DiskCache cache(folder_);
  ASSERT_EQ(0, ::mkfifo(entry("pipe").c_str(), 0600));
  fs::create_directory(entry("folder"));
  EXPECT_EQ(std::nullopt, cache.find("pipe"));
  EXPECT_EQ(std::nullopt, cache.find("folder"));
  EXPECT_EQ("", cache.trouble());
  cache.keep("pipe", "code");
  EXPECT_EQ("code", cache.find("pipe"));
  cache.keep("folder", "code");
  EXPECT_NE(std::string::npos, cache.trouble().find(": Is a directory")) << cache.trouble();
  EXPECT_EQ((std::vector<std::string>{"folder.levelgrad-code", "pipe.levelgrad-code"}), names());
}

TEST_F(DiskCacheTest, RefusesStrangeKeys) {
  for (const std::string& strange :
       {std::string(), std::string("../a"), std::string("a/b"), std::string("A"),
        std::string("a.b"), std::string("a\nb"), std::string("a\0b", 3), std::string("\xC3\xA9")}) {
    DiskCache cache(folder_ / "cache");
    cache.keep(strange, "code");
    EXPECT_EQ(std::nullopt, cache.find(strange));
    EXPECT_EQ("compiled code is not kept: a key has characters other than 0-9, a-z and '-'",
              cache.trouble());
  }
  EXPECT_EQ(std::vector<std::string>{}, names());
  DiskCache cache(folder_);
  cache.keep(std::string(300, 'a'), "code");
  EXPECT_NE(std::string::npos, cache.trouble().find("File name too long")) << cache.trouble();
}

TEST_F(DiskCacheTest, RemovesWhatWasNotUsedForLongest) {
  const std::string code(1000, 'x');
  DiskCache large(folder_);
  for (const char* name : {"a", "b", "c", "d"}) large.keep(name, code);
  const auto size = fs::file_size(entry("a"));
  use_long_ago(entry("a"), 4h);
  use_long_ago(entry("b"), 3h);
  use_long_ago(entry("c"), 2h);
  use_long_ago(entry("d"), 1h);
  EXPECT_EQ(code, large.find("a"));  // now the newest

  DiskCache small(folder_, 3 * size);
  small.keep("e", code);
  EXPECT_EQ((std::vector<std::string>{"a.levelgrad-code", "d.levelgrad-code", "e.levelgrad-code"}),
            names());
  small.keep("e", code);  // replaced: it counts once
  EXPECT_EQ(3U, names().size());
  DiskCache(folder_, 1).keep("f", code);
  EXPECT_EQ(std::vector<std::string>{"f.levelgrad-code"}, names());
  EXPECT_EQ(code, small.find("f"));
  EXPECT_EQ("", small.trouble());
}

TEST_F(DiskCacheTest, TouchesNoFileOfOthers) {
  const std::vector<std::string> others = {"a.so", "code", "levelgrad-code", "now.levelgrad-tmp"};
  for (const std::string& name : others) write(folder_ / name, std::string(1000, 'x'));
  for (const char* name : {"a.so", "code", "levelgrad-code"}) {
    use_long_ago(folder_ / name, 1000h);
  }
  fs::create_directory(folder_ / "old.levelgrad-tmp");
  write(folder_ / "dead.levelgrad-tmp", "half a");
  use_long_ago(folder_ / "dead.levelgrad-tmp", 2h);
  fs::create_symlink(folder_ / "a.so", entry("link"));

  DiskCache(folder_, 1).keep(key, "code");
  EXPECT_EQ(
      (std::vector<std::string>{key + ".levelgrad-code", "a.so", "code", "levelgrad-code",
                                "link.levelgrad-code", "now.levelgrad-tmp", "old.levelgrad-tmp"}),
      names());
}

/// Keeps and finds a few keys many times. The number of times that something was wrong.
int use_together(DiskCache& cache, int first) {
  int wrong = 0;
  for (int i = 0; i < 300; ++i) {
    const int which = (i + first) % 5;
    const std::string name = "key-" + std::to_string(which);
    const std::string bytes(static_cast<std::size_t>(1000 * (which + 1)), static_cast<char>(which));
    cache.keep(name, bytes);
    const auto found = cache.find(name);
    wrong += found.has_value() && found != bytes ? 1 : 0;
  }
  return wrong;
}

TEST_F(DiskCacheTest, IsUsedByThreadsAndProcessesAtOnce) {
  // With the small limit entries are removed while others find them.
  for (const std::uintmax_t limit : {DiskCache::default_limit, std::uintmax_t{9000}}) {
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      DiskCache cache(folder_, limit);
      const int wrong = use_together(cache, 2);
      ::_exit(wrong == 0 && cache.trouble().empty() ? 0 : 1);
    }
    DiskCache cache(folder_, limit);
    std::array<int, 2> wrong{};
    std::thread other([&] { wrong[1] = use_together(cache, 1); });
    wrong[0] = use_together(cache, 0);
    other.join();
    int status = -1;
    EXPECT_EQ(child, ::waitpid(child, &status, 0));
    EXPECT_EQ(0, status);
    EXPECT_EQ((std::array{0, 0}), wrong);
    EXPECT_EQ("", cache.trouble());
    for (const std::string& name : names()) EXPECT_TRUE(name.ends_with(".levelgrad-code")) << name;
  }
}

TEST_F(DiskCacheTest, HasAFolderByDefault) {
  const Variable own("LEVELGRAD_CACHE", "/own");
  const Variable xdg("XDG_CACHE_HOME", "/xdg");
  const Variable home("HOME", "/home/me");
  EXPECT_EQ("/own", DiskCache::default_folder());
  const Variable no_own("LEVELGRAD_CACHE", "");
  EXPECT_EQ("/xdg/levelgrad", DiskCache::default_folder());
  const Variable relative("XDG_CACHE_HOME", "relative");
  EXPECT_EQ("/home/me/.cache/levelgrad", DiskCache::default_folder());
  const Variable no_xdg("XDG_CACHE_HOME", std::nullopt);
  EXPECT_EQ("/home/me/.cache/levelgrad", DiskCache::default_folder());
  const Variable no_home("HOME", std::nullopt);
  EXPECT_EQ("", DiskCache::default_folder());

  DiskCache none;
  EXPECT_EQ(std::nullopt, none.find(key));
  EXPECT_EQ("", none.trouble());
  none.keep(key, "code");
  EXPECT_EQ(std::nullopt, none.find(key));
  EXPECT_NE("", none.trouble());
}

}  // namespace
}  // namespace levelgrad::host
