// SPDX-License-Identifier: MIT
#include "levelgrad/host/convert.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/npy.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

class Convert : public levelgrad::testing::FolderTest {
protected:
  Examples convert(const std::string& text, const DataOptions& options = {}, bool single = false) {
    write_file(folder_ / "x.csv", text);
    return convert_csv_to_npy(folder_ / "x.csv", options, folder_ / "x.npy", single);
  }
  [[nodiscard]] std::vector<std::vector<double>> rows() const {
    const NpyFile file(folder_ / "x.npy");
    std::vector<std::vector<double>> rows(file.row_count(),
                                          std::vector<double>(file.column_count()));
    for (std::size_t i = 0; i < rows.size(); ++i) file.read_row(i, rows[i]);
    return rows;
  }
};

using Rows = std::vector<std::vector<double>>;

TEST_F(Convert, PutsTheTargetLastAndClassesAsNumbers) {
  const Examples names = convert("kind,a,b\nrose,0.1,2\naster,3,4\nrose,5,6\n", {.target = "kind"});
  EXPECT_EQ((Rows{{0.1, 2, 1}, {3, 4, 0}, {5, 6, 1}}), rows());
  EXPECT_EQ((std::vector<std::string>{"aster", "rose"}), names.class_names);
  EXPECT_EQ((std::vector<std::string>{"a", "b"}), names.feature_names);
  EXPECT_EQ("kind", names.target_name);
}

TEST_F(Convert, LeavesNumbersThatNameClassesAsTheyAre) {
  EXPECT_TRUE(convert("a,y\n1,7\n2,5\n3,7\n4,5\n").class_names.empty());
  EXPECT_EQ((Rows{{1, 7}, {2, 5}, {3, 7}, {4, 5}}), rows());
  EXPECT_EQ((std::vector<std::string>{"5", "7"}), read_examples(folder_ / "x.npy", {}).class_names);
}

TEST_F(Convert, DropsRowsAndTakesMeansAsReadingDoes) {
  const std::string text = "a,y\n1,0.5\n,1.5\n5,2.5\n";
  convert(text, {.missing = Missing::Drop});
  EXPECT_EQ((Rows{{1, 0.5}, {5, 2.5}}), rows());
  convert(text, {.missing = Missing::Mean});
  EXPECT_EQ((Rows{{1, 0.5}, {3, 1.5}, {5, 2.5}}), rows());
}

TEST_F(Convert, RoundsToFloatOnlyWhatFloatCanHold) {
  convert("a,y\n0.1,0.5\n", {}, true);
  EXPECT_EQ((Rows{{double{0.1F}, 0.5}}), rows());
  EXPECT_THROW(convert("a,y\n1e39,0.5\n", {}, true), DataError);
  EXPECT_EQ((Rows{{double{0.1F}, 0.5}}), rows());  // the old file
}

TEST_F(Convert, WritesNothingForAFileThatIsWrong) {
  EXPECT_THROW(convert("a,y\n1,0.5\n2,3,4\n"), DataError);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "x.npy"));
}

TEST_F(Convert, ReadsItsOwnResultToTheSameExamples) {
  const std::string text = "a,b,y\n0.1,2,-1\n3,4,1\n5,6,1\n7,1e-300,-1\n";
  convert(text);
  const Examples from_text = read_examples(folder_ / "x.csv", {});
  const Examples from_array = read_examples(folder_ / "x.npy", {});
  EXPECT_EQ(from_text.data.inputs, from_array.data.inputs);
  EXPECT_EQ(from_text.data.labels, from_array.data.labels);
}

}  // namespace
}  // namespace levelgrad::host
