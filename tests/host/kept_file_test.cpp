// SPDX-License-Identifier: MIT
#include "levelgrad/host/kept_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <thread>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

namespace fs = std::filesystem;
using levelgrad::testing::FileSizeLimit;

/// Files here are good if they begin with this.
constexpr std::string_view mark = "good";

std::string parse(std::string_view bytes, const std::string& name) {
  if (!bytes.starts_with(mark)) throw DataError(name + ": damaged");
  return std::string(bytes.substr(mark.size()));
}

class KeptFile : public levelgrad::testing::FolderTest {
protected:
  void SetUp() override {
    FolderTest::SetUp();
    path_ = folder_ / "model";
    previous_ = folder_ / "model.previous";
  }
  void save(const std::string& content) const {
    save_keeping_previous(path_, std::string(mark) + content, parse);
  }
  /// What the error of a save says; "" if there was none.
  [[nodiscard]] std::string error_of_save(const std::string& content) const {
    try {
      save(content);
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }
  void expect_read(const std::string& content, const std::string& note = "") const {
    const ReadBack<std::string> read = read_or_previous(path_, parse);
    EXPECT_EQ(content, read.content);
    EXPECT_EQ(note, read.note);
  }

  const std::vector<std::string> both_ = {"model", "model.previous"};
  fs::path path_, previous_;
};

TEST_F(KeptFile, KeepsTheFileBefore) {
  save("1");
  expect_read("1");
  EXPECT_EQ(names(), std::vector<std::string>{"model"});
  save("2");
  expect_read("2");
  EXPECT_EQ("good1", read_file(previous_));
  save("3");
  expect_read("3");
  EXPECT_EQ("good2", read_file(previous_));
  EXPECT_EQ(names(), both_);
}

TEST_F(KeptFile, ReadsTheFileBeforeWhereItIsMissingOrDamaged) {
  save("1");
  save("2");
  write_file(path_, "goo");
  expect_read("1",
              path_.string() + ": damaged; " + previous_.string() + ", saved before it, was read");
  fs::remove(path_);
  expect_read("1", "cannot read " + path_.string() + ": No such file or directory; " +
                       previous_.string() + ", saved before it, was read");
}

TEST_F(KeptFile, WithoutAGoodFileTheErrorIsThatOfTheFileItself) {
  EXPECT_THROW((void)read_or_previous(path_, parse), FileError);
  write_file(path_, "bad");
  write_file(previous_, "bad, too");
  try {
    (void)read_or_previous(path_, parse);
    ADD_FAILURE() << "not refused";
  } catch (const DataError& error) {
    EXPECT_EQ(path_.string() + ": damaged", error.message());
  }
}

TEST_F(KeptFile, WhatIsWrongButNotDamagedIsNotReplacedByTheFileBefore) {
  save("1");
  save("2");
  const auto refuse = [](std::string_view bytes, const std::string&) -> int {
    if (bytes == "good2") throw ShapeError("another model's");
    return 0;
  };
  EXPECT_THROW((void)read_or_previous(path_, refuse), ShapeError);
}

TEST_F(KeptFile, ADamagedFileDoesNotReplaceTheOneBefore) {
  save("1");
  save("2");
  write_file(path_, "damaged");
  save("3");
  expect_read("3");
  EXPECT_EQ("good1", read_file(previous_));
}

TEST_F(KeptFile, WhatDoesNotVerifyIsNotSaved) {
  save("1");
  save("2");
  EXPECT_THROW(save_keeping_previous(path_, "bad", parse), DataError);
  expect_read("2");
  EXPECT_EQ("good1", read_file(previous_));
  EXPECT_EQ(names(), both_);
}

TEST_F(KeptFile, VerifiesWhatTheDiskHas) {
  int calls = 0;
  save_keeping_previous(path_, "good1", [&](std::string_view bytes, const std::string& name) {
    ++calls;
    EXPECT_EQ("good1", bytes);
    EXPECT_EQ(path_.string(), name);
    EXPECT_EQ(1U, names().size());
    EXPECT_FALSE(fs::exists(path_));  // nothing has that name before it is verified
  });
  EXPECT_EQ(1, calls);
}

TEST_F(KeptFile, AFileThatGrowsTooLargeLeavesTheOldOnes) {
  save("1");
  save("2");
  std::string error;
  {
    const FileSizeLimit limit(1000);
    error = error_of_save(std::string(5000, 'x'));
  }
  EXPECT_NE(error.find("model: File too large\nhint: "), std::string::npos) << error;
  expect_read("2");
  EXPECT_EQ("good1", read_file(previous_));
  EXPECT_EQ(names(), both_);
}

/// A disk of 64 KiB on a folder, while this lives. Needs a right that few have.
class SmallDisk {
public:
  explicit SmallDisk(const fs::path& folder)
      : folder_(folder), mounted_(::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=64k") == 0) {}
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount2(folder_.c_str(), MNT_DETACH);
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

private:
  fs::path folder_;
  bool mounted_;
};

TEST_F(KeptFile, AFullDiskLeavesTheOldOnes) {
  const SmallDisk disk(folder_);
  if (!disk.mounted()) GTEST_SKIP() << "no disk may be mounted here";
  save(std::string(20000, '1'));
  save(std::string(20000, '2'));
  const std::string error = error_of_save(std::string(30000, '3'));
  EXPECT_NE(error.find("model: No space left on device\nhint: the disk is full"), std::string::npos)
      << error;
  expect_read(std::string(20000, '2'));
  EXPECT_EQ(mark.size() + 20000, fs::file_size(previous_));
  EXPECT_EQ(names(), both_);
}

TEST_F(KeptFile, RefusesWhatCannotBeSaved) {
  path_ = "/proc/levelgrad-test";
  EXPECT_NE(error_of_save("1").find("cannot write /proc/levelgrad-test: "), std::string::npos);
  path_ = folder_;
  EXPECT_NE(error_of_save("1").find("Is a directory"), std::string::npos);
  path_ = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ("cannot save to " + path_.string() +
                ": it is no regular file\nhint: name a file that can be replaced",
            error_of_save("1"));
  EXPECT_TRUE(fs::is_fifo(path_));
  path_ = folder_ / "loop";
  fs::create_symlink("loop", path_);
  EXPECT_NE(error_of_save("1").find("a symbolic link in the path leads to itself"),
            std::string::npos);
  EXPECT_EQ(names(), (std::vector<std::string>{"loop", "pipe"}));
}

TEST_F(KeptFile, WithoutAPlaceForTheFileBeforeNothingChanges) {
  save("1");
  fs::create_directories(previous_ / "full");
  EXPECT_NE(error_of_save("2").find("model.previous: Is a directory"), std::string::npos);
  expect_read("1");
  EXPECT_EQ(names(), both_);
}

TEST_F(KeptFile, KeepsModeAndSymbolicLink) {
  save("1");
  fs::permissions(path_, fs::perms(0640));
  const fs::path real = path_;
  path_ = folder_ / "link";
  fs::create_symlink("model", path_);
  save("2");
  EXPECT_TRUE(fs::is_symlink(path_));
  EXPECT_EQ("good2", read_file(real));
  EXPECT_EQ(fs::status(real).permissions(), fs::perms(0640));
  fs::remove(real);  // now the link leads nowhere, and still knows where the file before is
  expect_read("1", "cannot read " + path_.string() + ": No such file or directory; " +
                       previous_.string() + ", saved before it, was read");
}

TEST_F(KeptFile, RemovesWhatDeadSaversLeftAndNothingElse) {
  const std::vector<std::string> kept = {".levelgrad-1-1.tmp.txt", ".levelgrad-2", "a.tmp"};
  for (const std::string& name : kept) write_file(folder_ / name, "kept");
  write_file(folder_ / ".levelgrad-999999999-0.tmp", "left over");
  const fs::path living = folder_ / ".levelgrad-1-0.tmp";
  write_file(living, "being written");
  const int lock = ::open(living.c_str(), O_RDONLY | O_CLOEXEC);
  ASSERT_EQ(0, ::flock(lock, LOCK_EX));
  save("1");
  ::close(lock);
  EXPECT_TRUE(fs::exists(living));
  save("2");
  EXPECT_EQ(names(),
            (std::vector<std::string>{kept[0], kept[1], kept[2], "model", "model.previous"}));
}

TEST_F(KeptFile, ManyThreadsMaySave) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([this] {
      for (int i = 0; i < 50; ++i) EXPECT_EQ("", error_of_save("same"));
    });
  }
  for (std::thread& thread : threads) thread.join();
  expect_read("same");
  EXPECT_EQ(names(), both_);
}

}  // namespace
}  // namespace levelgrad::host
