// SPDX-License-Identifier: MIT
#include "levelgrad/host/examples.h"

#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "levelgrad/error.h"
#include "levelgrad/host/files.h"
#include "levelgrad/host/npy.h"
#include "support/environment.h"

namespace levelgrad::host {
namespace {

using Names = std::vector<std::string>;
using Numbers = std::vector<double>;

Examples read(const std::string& text, const DataOptions& options = {}) {
  std::istringstream in(text);
  return read_examples(in, "x.csv", options);
}

/// message and hint
std::string error_of(const std::string& text, const DataOptions& options = {}) {
  try {
    (void)read(text, options);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

const std::string flowers =
    "length,width,kind\n1,0.5,rose\n2,0.25,aster\n3,0.125,rose\n4,0.5,aster\n";

TEST(Examples, ReadFeaturesAndClasses) {
  const Examples examples = read(flowers);
  EXPECT_EQ(2U, examples.data.feature_count);
  EXPECT_EQ((Numbers{1, 0.5, 2, 0.25, 3, 0.125, 4, 0.5}), examples.data.inputs);
  EXPECT_EQ((Numbers{1, 0, 1, 0}), examples.data.labels);
  EXPECT_EQ((Names{"length", "width"}), examples.feature_names);
  EXPECT_EQ("kind", examples.target_name);
  EXPECT_EQ((Names{"aster", "rose"}), examples.class_names);
}

TEST(Examples, TheTargetIsAnyColumnByNameOrNumber) {
  const std::string text = "kind,length,7\nrose,1,5\naster,2,6\nrose,3,7\n";
  for (const char* target : {"kind", "1"}) {
    const Examples examples = read(text, {.target = target});
    EXPECT_EQ((Names{"length", "7"}), examples.feature_names);
    EXPECT_EQ((Numbers{1, 5, 2, 6, 3, 7}), examples.data.inputs);
    EXPECT_EQ((Numbers{1, 0, 1}), examples.data.labels);
  }
  // A name that looks like a number is a name all the same.
  EXPECT_EQ("7", read("a,7\n1,1\n2,1\n3,0\n4,0\n", {.target = "7"}).target_name);
}

TEST(Examples, AFileWithoutHeaderHasNumberedColumns) {
  const Examples examples = read("1,2,b\n3,4,a\n");
  EXPECT_EQ((Names{"column 1", "column 2"}), examples.feature_names);
  EXPECT_EQ("column 3", examples.target_name);
  EXPECT_EQ((Numbers{1, 2, 3, 4}), examples.data.inputs);
  EXPECT_EQ(2U, read("b,1\na,2\n", {.target = "1"}).data.example_count());
  EXPECT_EQ(2U, read("x,y\n1,a\n2,b\n").data.example_count());
  EXPECT_EQ(2U, read("?,a\n1,b\n2,a\n", {.missing = Missing::Drop}).data.example_count());
}

TEST(Examples, AHeaderOfNumbersIsKnownByTheTargetsName) {
  const Examples examples = read("0,1,target\n1,2,0\n3,4,1\n5,6,0\n7,8,1\n");
  EXPECT_EQ((Names{"0", "1"}), examples.feature_names);
  EXPECT_EQ((Names{"0", "1"}), examples.class_names);
  EXPECT_EQ(1U, read("x,y\n1,0.5\n").data.example_count());
}

TEST(Examples, TheHeaderIsWhatTheOptionsSay) {
  EXPECT_EQ((Names{"1", "2"}),
            read("1,2,b\n3,4,a\n5,6,b\n", {.header = Header::Yes}).feature_names);
  EXPECT_NE("no DataError", error_of("x,y\n1,a\n2,b\n", {.header = Header::No}));
  EXPECT_EQ((Names{"column 1", "b"}), read(",b,y\n1,2,0.5\n", {}).feature_names);
}

TEST(Examples, WholeNumbersThatComeBackAreClasses) {
  EXPECT_EQ((Names{"-1", "1"}), read("x,y\n1,1\n2,-1\n3,1.0\n4,-1\n").class_names);
  EXPECT_EQ((Numbers{1, 0, 1, 0}), read("x,y\n1,1\n2,-1\n3,1.0\n4,-1\n").data.labels);
  EXPECT_EQ((Names{"2", "10"}), read("x,y\n1,10\n2,2\n3,10\n4,2\n").class_names);  // by value
  EXPECT_EQ(Names{}, read("x,y\n1,1\n2,-1\n3,1\n").class_names);                   // -1 once
  EXPECT_EQ(Names{}, read("x,y\n1,0.5\n2,0.5\n3,1\n4,1\n").class_names);
  EXPECT_EQ((Numbers{0.5, 0.5, 1, 1}), read("x,y\n1,0.5\n2,0.5\n3,1\n4,1\n").data.labels);
  std::string many = "x,y\n";
  for (int k = 0; k < 21; ++k) many += "1," + std::to_string(k) + "\n2," + std::to_string(k) + "\n";
  EXPECT_EQ(Names{}, read(many).class_names);
  EXPECT_EQ(21U, read(many, {.classes = true}).class_names.size());
}

TEST(Examples, TheOptionsSayWhetherTheTargetIsANumber) {
  EXPECT_EQ((Names{"0.5", "1"}), read("x,y\n1,0.5\n2,0.5\n3,1\n", {.classes = true}).class_names);
  EXPECT_EQ((Numbers{1, 1, 2, 2}),
            read("x,y\n1,1\n2,1\n3,2\n4,2\n", {.classes = false}).data.labels);
  EXPECT_EQ("x.csv, line 3, column 2 ('y'): 'a' is no number",
            error_of("x,y\n1,1\n2,a\n", {.classes = false}));
}

TEST(Examples, ATextAmongManyNumbersIsAMistake) {
  std::string text = "x,y\n";
  for (int k = 0; k < 30; ++k) text += "1," + std::to_string(k) + ".5\n";
  EXPECT_EQ(
      "x.csv, line 32, column 2 ('y'): 'n.a.' is no number, and 30 other targets are\n"
      "hint: mend the cell, or say that the target names classes",
      error_of(text + "1,n.a.\n2,x\n"));
  EXPECT_EQ(31U, read(text + "1,n.a.\n", {.classes = true}).class_names.size());
  EXPECT_EQ((Names{"1", "2", "b"}), read("x,y\n1,1\n2,b\n3,2\n").class_names);
}

TEST(Examples, MoreThan65536ClassesAreRefused) {
  std::string numbers = "x,y\n", texts = "x,y\n";
  for (int k = 0; k < 65537; ++k) {
    numbers += "1," + std::to_string(k) + "\n";
    texts += "1,c" + std::to_string(k) + "\n";
  }
  EXPECT_EQ(65537U, read(numbers).data.example_count());
  EXPECT_EQ("x.csv, line 65539, column 2 ('y'): 'a' is no number", error_of(numbers + "1,a\n"));
  const std::string refused =
      "x.csv, line 65538, column 2 ('y'): more than 65536 classes\n"
      "hint: is this the right target column?";
  EXPECT_EQ(refused, error_of(texts));
  EXPECT_EQ(refused, error_of(numbers, {.classes = true}));
}

TEST(Examples, MissingCellsAreRefusedDroppedOrMeans) {
  const std::string text = "a,b,y\n1,2,0.5\n,4,1.5\n5,?,2.5\n9,9,3.5\n";
  EXPECT_EQ(
      "x.csv, line 3, column 1 ('a'): '': a number is missing\n"
      "hint: --missing drop leaves such rows out, --missing mean takes the column's mean",
      error_of(text));
  const Examples dropped = read(text, {.missing = Missing::Drop});
  EXPECT_EQ((Numbers{1, 2, 9, 9}), dropped.data.inputs);
  EXPECT_EQ((Numbers{0.5, 3.5}), dropped.data.labels);
  EXPECT_EQ((Numbers{1, 2, 5, 4, 5, 5, 9, 9}), read(text, {.missing = Missing::Mean}).data.inputs);
  for (const char* mark : {"", " ", "NA", "N/A", "NaN", "nan", "null", "?", " NA "}) {
    const std::string row = "1," + std::string(mark) + ",2\n1,2,3\n";
    EXPECT_EQ(1U, read("a,b,y\n" + row, {.missing = Missing::Drop}).data.example_count()) << mark;
  }
}

TEST(Examples, AMissingTargetHasNoMean) {
  const std::string text = "a,y\n1,0.5\n2,NA\n";
  EXPECT_NE(std::string::npos, error_of(text).find("line 3, column 2 ('y'): 'NA': the target is"));
  EXPECT_NE("no DataError", error_of(text, {.missing = Missing::Mean}));
  EXPECT_EQ(1U, read(text, {.missing = Missing::Drop}).data.example_count());
}

TEST(Examples, RefuseTablesWithoutExamples) {
  EXPECT_EQ("x.csv: no examples\nhint: the file is empty", error_of(""));
  EXPECT_EQ("x.csv: no examples", error_of("a,b\n"));
  EXPECT_EQ(
      "x.csv: something is missing in each of the 2 rows\n"
      "hint: take means, or leave out the column that is empty",
      error_of("a,b,y\n1,,1\n2,,1\n", {.missing = Missing::Drop}));
  EXPECT_EQ("column 'b' has no number in any row\nhint: remove the column",
            error_of("a,b,y\n1,,1.5\n2,,1\n", {.missing = Missing::Mean}));
  EXPECT_EQ("x.csv has one column, and needs a feature and a target\nhint: is the delimiter right?",
            error_of("a;b\n1;2\n"));
}

TEST(Examples, NameTheCellThatIsWrong) {
  EXPECT_EQ("x.csv, line 3, column 2 ('b'): '3x' is no number", error_of("a,b,y\n1,2,3\n4,3x,5\n"));
  EXPECT_EQ(
      "x.csv, line 2, column 2 ('city'): 'Bonn' is text, and only numbers can be features\n"
      "hint: remove the column, or write numbers in it",
      error_of("a,city,y\n1,Bonn,3\n"));
  EXPECT_EQ("x.csv, line 2, column 1: 'inf' is no finite number", error_of("1,2\ninf,3\n"));
  EXPECT_EQ("x.csv, line 1, column 1: '1e999' is no finite number", error_of("1e999,2\n"));
  EXPECT_EQ("x.csv, line 2, column 2: '-Infinity' is no finite number",
            error_of("1,2\n2,-Infinity\n"));
  EXPECT_EQ(
      "x.csv, line 4: 3 cells where the header has 2\n"
      "hint: is the delimiter right, and is text that holds it in quotes?",
      error_of("a,y\n\n1,2\n1,2,3\n"));
  EXPECT_NE(std::string::npos, error_of("1,2\n3\n").find("1 cells where the first row has 2"));
}

TEST(Examples, NumbersMayHaveBlanksAndAPlusSign) {
  EXPECT_EQ((Numbers{1.5, -2e-3}), read("a,b,y\n +1.5,\t-2e-3 ,0.5\n").data.inputs);
  for (const char* text : {"+-1", "++1", "1 2", "0x10", "1e", "--1", "1_000"}) {
    EXPECT_NE("no DataError", error_of("a,y\n1,1\n" + std::string(text) + ",1\n")) << text;
  }
}

TEST(Examples, SuggestTheColumnThatWasMeant) {
  EXPECT_EQ(
      "x.csv has no column 'knd'\nhint: did you mean 'kind'? it has 'length', 'width', 'kind'",
      error_of(flowers, {.target = "knd"}));
  EXPECT_EQ("x.csv has no column '4'\nhint: it has 'length', 'width', 'kind'",
            error_of(flowers, {.target = "4"}));
  EXPECT_EQ(
      "x.csv has no column '0'\n"
      "hint: it has no header, so name columns by their numbers, 1 to 2",
      error_of("1,2\n", {.target = "0"}));
  EXPECT_NE("no DataError", error_of("1,2\n", {.header = Header::No, .target = "y"}));
}

TEST(Examples, ListTwentyColumnsAtMost) {
  std::string header = "c1";
  for (int k = 2; k <= 23; ++k) header += ",c" + std::to_string(k);
  const std::string error = error_of(header + "\n", {.target = "wrong"});
  EXPECT_NE(std::string::npos, error.find("hint: it has 'c1', 'c2', ")) << error;
  EXPECT_TRUE(error.ends_with("'c19', 'c20' and 3 more")) << error;
}

TEST(Examples, RefuseColumnsOfOneNameAndOneClass) {
  EXPECT_EQ(
      "x.csv, line 1: columns 1 and 3 are both called 'a'\n"
      "hint: give each column a name of its own",
      error_of("a,b,a\n1,2,3\n"));
  EXPECT_EQ(
      "the target 'y' is 'no' in all examples\n"
      "hint: two classes are needed at least: is this the right column?",
      error_of("x,y\n1,no\n2,no\n"));
  EXPECT_NE("no DataError", error_of("x,y\n1,3\n2,3\n"));
}

const ModelColumns flower_model = {{"width", "length"}, "kind", {"aster", "rose"}};

Examples read_for(const ModelColumns& model, const std::string& text, bool with_target,
                  const DataOptions& options = {}) {
  std::istringstream in(text);
  return read_examples_for(model, in, "x.csv", options, with_target);
}

std::string error_for(const ModelColumns& model, const std::string& text, bool with_target) {
  try {
    (void)read_for(model, text, with_target);
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

TEST(ExamplesForAModel, AreReadByNameInItsOrder) {
  const Examples examples = read_for(flower_model, flowers, true);
  EXPECT_EQ((Numbers{0.5, 1, 0.25, 2, 0.125, 3, 0.5, 4}), examples.data.inputs);
  EXPECT_EQ((Numbers{1, 0, 1, 0}), examples.data.labels);
  EXPECT_EQ(flower_model.feature_names, examples.feature_names);
  EXPECT_EQ(flower_model.class_names, examples.class_names);
  // Columns that the model does not know may hold anything.
  EXPECT_EQ((Numbers{2, 1}),
            read_for(flower_model, "note,length,width\nred,1,2\n", false).data.inputs);
  EXPECT_EQ(
      (Numbers{1}),
      read_for(flower_model, "length,width,k\n1,2,rose\n", true, {.target = "k"}).data.labels);
}

TEST(ExamplesForAModel, NeedNoTargetToPredict) {
  const Examples examples = read_for(flower_model, "length,width\n1,2\n", false);
  EXPECT_EQ((Numbers{2, 1}), examples.data.inputs);
  ASSERT_EQ(1U, examples.data.example_count());
  EXPECT_TRUE(std::isnan(examples.data.labels[0]));
  EXPECT_EQ(1U, read_for(flower_model, "length,width,kind\n1,2,oak\n", false).data.example_count());
}

TEST(ExamplesForAModel, AreReadByPlaceWithoutHeader) {
  EXPECT_EQ((Numbers{1, 2}), read_for(flower_model, "1,2\n", false).data.inputs);
  EXPECT_EQ((Numbers{1, 2}), read_for(flower_model, "1,2,rose\n", false).data.inputs);
  EXPECT_EQ((Numbers{1}), read_for(flower_model, "1,2,rose\n", true).data.labels);
  EXPECT_EQ((Numbers{1, 2}),
            read_for(flower_model, "rose,1,2\n", true, {.target = "1"}).data.inputs);
  // The model's own numbers of columns, where the file has them.
  const ModelColumns numbered = {{"column 2", "column 3"}, "column 1", {}};
  EXPECT_EQ((Numbers{1, 2}), read_for(numbered, "9,1,2\n", true).data.inputs);
  EXPECT_EQ((Numbers{9}), read_for(numbered, "9,1,2\n", true).data.labels);
  EXPECT_EQ((Numbers{1, 2}), read_for(numbered, "1,2\n", false).data.inputs);
}

TEST(ExamplesForAModel, SayWhatDoesNotFit) {
  EXPECT_EQ("x.csv has no column 'width'\nhint: did you mean 'widht'? it has 'length', 'widht'",
            error_for(flower_model, "length,widht\n1,2\n", false));
  EXPECT_EQ("x.csv has no column 'kind'\nhint: it has 'length', 'width'",
            error_for(flower_model, "length,width\n1,2\n", true));
  EXPECT_EQ(
      "x.csv has 4 columns, and the model takes 2 features and the target\n"
      "hint: give the columns of the training file, or a header that names them",
      error_for(flower_model, "1,2,3,4\n", true));
  EXPECT_NE("no DataError", error_for(flower_model, "1,2\n", true));
  EXPECT_EQ(
      "x.csv, line 2, column 3 ('kind'): 'oak' is no class of the model\n"
      "hint: its classes are 'aster', 'rose'",
      error_for(flower_model, "length,width,kind\n1,2,oak\n", true));
  EXPECT_EQ("x.csv, line 1, column 3: 'oak' is no number, as the model's target is",
            error_for({{"a", "b"}, "y", {}}, "1,2,oak\n", true));
}

TEST(ExamplesForAModel, ClassesThatAreNumbersAreComparedByValue) {
  const ModelColumns model = {{"x"}, "y", {"-1", "1"}};
  EXPECT_EQ((Numbers{1, 0}), read_for(model, "x,y\n1,+1.0\n2,-1\n", true).data.labels);
  EXPECT_NE("no DataError", error_for(model, "x,y\n1,2\n", true));
}

class ExampleFiles : public levelgrad::testing::FolderTest {};

TEST_F(ExampleFiles, AreCsvOrNpyWhateverTheirNames) {
  write_file(folder_ / "flowers.npy", flowers);
  EXPECT_EQ((Names{"aster", "rose"}), read_examples(folder_ / "flowers.npy", {}).class_names);

  const Numbers numbers = {1, 2, -1, 3, 4, 1, 5, 6, -1, 7, 8, 1};
  std::size_t next = 0;
  write_npy(folder_ / "numbers.csv", 4, 3, false, [&](std::span<double> row) {
    for (double& number : row) number = numbers[next++];
  });
  const Examples examples = read_examples(folder_ / "numbers.csv", {});
  EXPECT_EQ((Numbers{1, 2, 3, 4, 5, 6, 7, 8}), examples.data.inputs);
  EXPECT_EQ((Numbers{0, 1, 0, 1}), examples.data.labels);
  EXPECT_EQ((Names{"-1", "1"}), examples.class_names);
  EXPECT_EQ("column 1", examples.feature_names.front());
  const Examples again =
      read_examples_for({{"a", "b"}, "y", {"-1", "1"}}, folder_ / "numbers.csv", {}, true);
  EXPECT_EQ(examples.data.labels, again.data.labels);
}

TEST_F(ExampleFiles, NanInNpyIsMissingAndInfinityRefused) {
  const auto write = [&](double number) {
    write_npy(folder_ / "x.npy", 2, 2, false, [&, k = 0.0](std::span<double> row) mutable {
      row[0] = k++ == 0 ? number : 1;
      row[1] = 0.5;
    });
  };
  write(std::nan(""));
  EXPECT_EQ(1U, read_examples(folder_ / "x.npy", {.missing = Missing::Drop}).data.example_count());
  write(-INFINITY);
  try {
    (void)read_examples(folder_ / "x.npy", {});
    FAIL();
  } catch (const DataError& error) {
    EXPECT_EQ((folder_ / "x.npy").string() + ", row 1, column 1: '-inf' is no finite number",
              error.message());
  }
}

TEST_F(ExampleFiles, ThatCannotBeReadAreNamed) {
  for (const auto& path : {folder_ / "missing.csv", folder_}) {
    try {
      (void)read_examples(path, {});
      FAIL();
    } catch (const FileError& error) {
      EXPECT_NE(std::string::npos, error.message().find(path.string())) << error.what();
    }
  }
  write_file(folder_ / "empty.csv", "");
  EXPECT_THROW((void)read_examples(folder_ / "empty.csv", {}), DataError);
}

}  // namespace
}  // namespace levelgrad::host
