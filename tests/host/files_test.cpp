// SPDX-License-Identifier: MIT
#include "levelgrad/host/files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>
#include <vector>

#include "levelgrad/error.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;
using levelgrad::testing::FileSizeLimit;

std::string read(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// The error's text, or "" if the file was written.
std::string error_of(const fs::path& path, std::string_view bytes = "new") {
  try {
    write_file(path, bytes);
  } catch (const FileError& error) {
    EXPECT_FALSE(error.hint().empty());
    return error.what();
  }
  return "";
}

class WriteFile : public levelgrad::testing::FolderTest {};

TEST_F(WriteFile, WritesAllBytesAndLeavesNothingElse) {
  std::string bytes(300000, 'x');
  bytes[5] = '\0';
  write_file(folder_ / "a.bin", bytes);
  EXPECT_EQ(read(folder_ / "a.bin"), bytes);
  write_file(folder_ / "a.bin", "short");
  EXPECT_EQ(read(folder_ / "a.bin"), "short");
  write_file(folder_ / "empty", "");
  EXPECT_EQ(fs::file_size(folder_ / "empty"), 0u);
  EXPECT_EQ(names(), (std::vector<std::string>{"a.bin", "empty"}));
}

TEST_F(WriteFile, WritesPartsOneBehindTheOther) {
  const fs::path path = folder_ / "parts";
  write_file_in_parts(path, [&](const ByteSink& write) {
    write("one ");
    EXPECT_FALSE(fs::exists(path));
    write("two");
  });
  EXPECT_EQ(read(path), "one two");
  const auto failing = [](const ByteSink& write) {
    write("new");
    throw DataError("no second part");
  };
  EXPECT_THROW(write_file_in_parts(path, failing), DataError);
  EXPECT_EQ(read(path), "one two");
  EXPECT_EQ(names(), std::vector<std::string>{"parts"});
}

TEST_F(WriteFile, MakesMissingFolders) {
  write_file(folder_ / "one" / "two" / "a.txt", "hello");
  EXPECT_EQ(read(folder_ / "one" / "two" / "a.txt"), "hello");
}

TEST_F(WriteFile, TakesABareName) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  const std::string error = error_of("bare.txt");
  fs::current_path(before);
  EXPECT_EQ("", error);
  EXPECT_EQ("new", read(folder_ / "bare.txt"));
}

TEST_F(WriteFile, TakesTheLongestNames) {
  const fs::path path = folder_ / std::string(255, 'n');
  write_file(path, "hello");
  EXPECT_EQ(read(path), "hello");
  EXPECT_NE(error_of(folder_ / std::string(256, 'n')).find("too long"), std::string::npos);
}

TEST_F(WriteFile, KeepsTheOldFileAndNoTemporaryOnAFullDisk) {
  write_file(folder_ / "a.txt", "old");
  std::string error;
  {
    const FileSizeLimit limit(1000);
    error = error_of(folder_ / "a.txt", std::string(5000, 'x'));
  }
  EXPECT_NE(error.find("a.txt: File too large"), std::string::npos) << error;
  EXPECT_EQ(read(folder_ / "a.txt"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"a.txt"});
}

TEST_F(WriteFile, SaysThatTheDiskIsFull) {
  if (!fs::is_character_file("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const std::string error = error_of("/dev/full");
  EXPECT_NE(error.find("/dev/full: No space left on device\nhint: the disk is full"),
            std::string::npos)
      << error;
  EXPECT_TRUE(fs::is_character_file("/dev/full"));  // not replaced by a file
}

TEST_F(WriteFile, WritesThroughAPipe) {
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(pipe.c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = read(pipe); });
  write_file(pipe, "through");
  reader.join();
  EXPECT_EQ(got, "through");
  EXPECT_TRUE(fs::is_fifo(pipe));
}

TEST_F(WriteFile, RefusesAFolderAndAPathThroughAFile) {
  write_file(folder_ / "file", "old");
  EXPECT_NE(error_of(folder_).find("Is a directory"), std::string::npos);
  EXPECT_NE(error_of(folder_ / "new" / "").find("Is a directory"), std::string::npos);
  EXPECT_NE(error_of("").find("cannot write"), std::string::npos);
  const std::string error = error_of(folder_ / "file" / "below");
  EXPECT_NE(error.find("is a file, not a folder"), std::string::npos) << error;
  EXPECT_EQ(read(folder_ / "file"), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"file"});
}

TEST_F(WriteFile, RefusesAFolderThatCannotBeWritten) {
  // /proc takes no files, not even from root.
  const std::string error = error_of("/proc/levelgrad-test.txt");
  EXPECT_NE(error.find("cannot write /proc/levelgrad-test.txt: "), std::string::npos) << error;

  if (::geteuid() == 0) return;  // root may do what follows
  write_file(folder_ / "locked" / "a", "old");
  fs::permissions(folder_ / "locked", fs::perms::owner_read | fs::perms::owner_exec);
  EXPECT_NE(error_of(folder_ / "locked" / "a").find("Permission denied"), std::string::npos);
  fs::permissions(folder_ / "locked", fs::perms::owner_all);
  EXPECT_EQ(read(folder_ / "locked" / "a"), "old");
}

TEST_F(WriteFile, KeepsModeAndSymbolicLink) {
  write_file(folder_ / "real", "old");
  fs::permissions(folder_ / "real", fs::perms(0640));
  fs::create_symlink("real", folder_ / "link");
  write_file(folder_ / "link", "new");
  EXPECT_TRUE(fs::is_symlink(folder_ / "link"));
  EXPECT_EQ(read(folder_ / "real"), "new");
  EXPECT_EQ(fs::status(folder_ / "real").permissions(), fs::perms(0640));
}

TEST_F(WriteFile, ManyThreadsMayWriteOnePath) {
  std::vector<std::thread> threads;
  for (char c = 'a'; c < 'e'; ++c) {
    threads.emplace_back([this, c] {
      for (int i = 0; i < 20; ++i) {
        write_file(folder_ / "shared", std::string(1000, c));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  const std::string bytes = read(folder_ / "shared");
  ASSERT_EQ(bytes.size(), 1000u);
  EXPECT_EQ(bytes, std::string(1000, bytes[0]));
  EXPECT_EQ(names(), std::vector<std::string>{"shared"});
}

}  // namespace
}  // namespace levelgrad::host
