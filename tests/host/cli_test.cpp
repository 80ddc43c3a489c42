// SPDX-License-Identifier: MIT
//
// The program as a user meets it: exit codes, what goes to stdout, what is written.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <regex>

#include "support/program_test.h"

namespace {

namespace fs = std::filesystem;
using levelgrad::testing::lines_of;
using levelgrad::testing::Outcome;
using levelgrad::testing::read;

class Program : public levelgrad::testing::ProgramTest {};

TEST_F(Program, TrainsTheMoons) {
  const Outcome outcome = run("train moons --save pictures --log run.jsonl");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  ASSERT_EQ(102U, lines.size());
  EXPECT_EQ("step 0 loss 0.8958441028683222 accuracy 50", lines[0]);
  EXPECT_EQ("step 1 loss 1.723590533697202 accuracy 81", lines[1]);
  EXPECT_EQ(0U, lines[99].find("step 99 loss 0.010978"));
  EXPECT_TRUE(lines[99].ends_with(" accuracy 100"));
  EXPECT_EQ(0U, lines[100].find("final loss 0.0109"));
  EXPECT_EQ(std::string("fingerprint ").size() + 64, lines[101].size());
  EXPECT_EQ(std::string::npos, outcome.err.find('\r'));  // no bar without a terminal
  EXPECT_NE(std::string::npos, outcome.err.find("100 steps in ")) << outcome.err;
  EXPECT_TRUE(read(folder_ / "pictures/moons.png").starts_with("\x89PNG"));
  EXPECT_NE(std::string::npos, read(folder_ / "pictures/moons.svg").find("</svg>"));

  const std::vector<std::string> log = lines_of(read(folder_ / "run.jsonl"));
  ASSERT_EQ(100U, log.size());
  EXPECT_EQ(R"({"step": 0, "loss": 0.8958441028683222, "accuracy": 50})", log[0]);
  for (std::size_t k = 0; k < log.size(); ++k) {
    const auto entry = nlohmann::json::parse(log[k]);
    EXPECT_EQ(k, entry.at("step"));
    EXPECT_TRUE(entry.at("loss").is_number());
  }
}

TEST_F(Program, SaysWhichColumnsAreOfNoUse) {
  std::ofstream(folder_ / "good.csv") << "a,b,c,d\n1,0.1,7,1\n2,0.1,7,2\n3,0.1,7,3\n";
  const Outcome good =
      run("train --data good.csv --task regression --split 1,0,0 --batch full --steps 1");
  EXPECT_EQ(0, good.exit_code) << good.err;
  EXPECT_EQ("levelgrad: the same number in all training examples, so of no use: 'b', 'c'",
            lines_of(good.err)[0]);
  std::ofstream(folder_ / "bad.csv") << "b,c,d\n0.1,7,1\n0.1,7,2\n0.1,7,3\n";
  const Outcome bad =
      run("train --data bad.csv --task regression --split 1,0,0 --batch full --steps 1");
  EXPECT_EQ(3, bad.exit_code);
  EXPECT_NE(std::string::npos, bad.err.find("every input is the same")) << bad.err;
}

TEST_F(Program, TrainsYinYangInTheOriginalsLines) {
  const Outcome outcome = run("train yinyang --log run.jsonl");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  const std::vector<std::string> expected =
      lines_of(read(fs::path(LEVELGRAD_TESTS) / "data/eureka-yinyang-output.txt"));
  ASSERT_EQ(110U, expected.size());
  ASSERT_EQ(expected.size(), lines.size());
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::size_t number = expected[i].rfind(' ') + 1;
    EXPECT_EQ(expected[i].substr(0, number), lines[i].substr(0, number));
    const double loss = std::stod(expected[i].substr(number));
    EXPECT_NEAR(loss, std::stod(lines[i].substr(number)), 1e-12 * loss) << lines[i];
  }
  EXPECT_EQ("step 1/100, val loss 1.053898", lines[0]);
  EXPECT_TRUE(read(folder_ / "runs/yinyang/yinyang.png").starts_with("\x89PNG"));
  const std::string picture = read(folder_ / "runs/yinyang/yinyang.svg");
  for (const char* name : {"yin", "yang", "dots"}) {
    EXPECT_NE(std::string::npos, picture.find(">" + std::string(name) + "<")) << name;
  }

  const std::vector<std::string> log = lines_of(read(folder_ / "run.jsonl"));
  ASSERT_EQ(100U, log.size());
  const auto last = nlohmann::json::parse(log[99]);
  EXPECT_EQ(99, last.at("step"));
  EXPECT_EQ(std::stod(lines[109].substr(lines[109].rfind(' '))), last.at("loss"));
  EXPECT_EQ(100, last.at("accuracy"));
}

TEST_F(Program, WritesToRunsByDefault) {
  EXPECT_EQ(0, run("train moons --steps 1").exit_code);
  EXPECT_TRUE(fs::exists(folder_ / "runs/moons/moons.png"));
  EXPECT_TRUE(fs::exists(folder_ / "runs/moons/moons.svg"));
}

TEST_F(Program, TakesItsOptions) {
  const Outcome small = run("train moons --hidden 4 --seed 7 --steps 3 --lr 0.5 --l2 0");
  EXPECT_EQ(0, small.exit_code);
  EXPECT_EQ(3U + 2, lines_of(small.out).size());
  const Outcome again = run("train moons --hidden=4 --seed=7 --steps=3 --lr=0.5 --l2=0");
  EXPECT_EQ(small.out, again.out);
  const Outcome other = run("train moons --hidden 4 --seed 8 --steps 3 --lr 0.5 --l2 0");
  EXPECT_NE(small.out, other.out);
  EXPECT_EQ(2U, lines_of(run("train moons --steps 0").out).size());
  EXPECT_EQ(run("train moons --steps 2").out,
            run("train moons --steps 2 --hidden 16,16 --seed 1337 --weights micrograd --lr 1 "
                "--l2 1e-4")
                .out);
  const std::string yin_yang = run("train yinyang --steps 3").out;
  EXPECT_EQ(yin_yang, run("train yinyang --steps 3 --hidden 8 --seed 42 --weights eureka --lr 0.1 "
                          "--weight-decay 1e-4")
                          .out);
  for (const char* option : {"--hidden 4", "--seed 7", "--lr 0.2", "--weight-decay 0"}) {
    const Outcome changed = run("train yinyang --steps 3 " + std::string(option));
    EXPECT_EQ(0, changed.exit_code) << option;
    EXPECT_NE(yin_yang, changed.out) << option;
  }
}

TEST_F(Program, FitsExpressions) {
  const Outcome outcome = run("train expressions --log run.jsonl");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  const std::vector<std::string> lines = lines_of(outcome.out);
  ASSERT_EQ(31U, lines.size());  // a line for every tenth step and the last, ten formulas
  EXPECT_TRUE(lines[0].starts_with("step 0 loss "));
  EXPECT_TRUE(lines[20].starts_with("step 199 loss "));
  // The points are of 1.5 * sin(2 * x0) + 0.5 and noise whose square is 0.0025 on average.
  EXPECT_TRUE(lines[21].starts_with("error 0.0027")) << lines[21];
  EXPECT_NE(std::string::npos, lines[21].find(": 1.5153")) << lines[21];
  EXPECT_NE(std::string::npos, lines[21].find(" * sin(2.001")) << lines[21];

  const std::vector<std::string> csv = lines_of(read(folder_ / "runs/expressions/expressions.csv"));
  ASSERT_EQ(65U, csv.size());
  EXPECT_EQ("tree,error,formula", csv[0]);
  EXPECT_EQ(lines[21].substr(lines[21].find(": ") + 2), csv[1].substr(csv[1].rfind(',') + 1));
  const std::vector<std::string> log = lines_of(read(folder_ / "run.jsonl"));
  ASSERT_EQ(200U, log.size());
  EXPECT_EQ(64, nlohmann::json::parse(log[199]).at("trees"));
  EXPECT_LT(nlohmann::json::parse(log[199]).at("best_error"), 0.003);

  const std::string small = "train expressions --trees 9 --points 5 --steps 12 --lr 0.1 --seed 3";
  const Outcome host = run(small + " --executor host --threads 2 --save out");
  EXPECT_EQ(0, host.exit_code) << host.err;
  EXPECT_TRUE(fs::exists(folder_ / "out/expressions.csv"));
  EXPECT_EQ(host.out, run(small + " --executor reference").out);
  EXPECT_EQ(9U, lines_of(run("train expressions --trees 9 --steps 0").out).size());
}

TEST_F(Program, LeavesOutExpressionsThatAreNotFinite) {
  const Outcome some = run("train expressions --steps 3 --lr 1000");
  EXPECT_EQ(0, some.exit_code) << some.err;
  EXPECT_NE(std::string::npos, some.err.find("is left out from here on: data of 'exp'"))
      << some.err;
  EXPECT_NE(std::string::npos, read(folder_ / "runs/expressions/expressions.csv").find(",inf,"));
}

TEST_F(Program, TrainsAlikeByEveryExecutor) {
  for (const char* arguments : {"train moons --steps 3", "train yinyang --steps 3",
                                "train moons --steps 2 --points 300 --hidden 4"}) {
    const Outcome reference = run(std::string(arguments) + " --executor reference");
    const Outcome host = run(std::string(arguments) + " --executor host --threads 3");
    EXPECT_EQ(0, host.exit_code) << host.err;
    EXPECT_EQ(reference.out, host.out);
    EXPECT_EQ(reference.out, run(arguments).out);
  }
}

TEST_F(Program, GeneratesAsManyPointsAsAreWanted) {
  const Outcome some = run("train moons --steps 1 --points 1000");
  EXPECT_EQ(0, some.exit_code) << some.err;
  EXPECT_NE(some.out, run("train moons --steps 1 --points 1001").out);
  EXPECT_NE(some.out, run("train moons --steps 1 --points 1000 --seed 3").out);
  // Not the points of the demo, but as good.
  EXPECT_NE(std::string::npos,
            run("train moons --points 100").out.find(" accuracy 100\nfingerprint "));
}

TEST_F(Program, ComparesExecutors) {
  const Outcome table = run("parity moons --examples 200 --steps 2");
  EXPECT_EQ(0, table.exit_code) << table.out << table.err;
  EXPECT_NE(std::string::npos, table.out.find("f64, host")) << table.out;
  EXPECT_NE(std::string::npos, table.out.find("f32, host")) << table.out;
  EXPECT_EQ(std::string::npos, table.out.find("first at")) << table.out;

  const Outcome json = run("parity yinyang --dtype f32 --executor host,reference --json");
  EXPECT_EQ(0, json.exit_code) << json.err;
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_TRUE(report.at("identical"));
  EXPECT_EQ(80, report.at("examples"));
  ASSERT_EQ(2U, report.at("runs").size());
  EXPECT_EQ("reference", report.at("runs")[1].at("executor"));
}

TEST_F(Program, ComparesExecutorsOnAProgramFile) {
  std::ofstream(folder_ / "square.txt") << "levelgrad program 1\n"
                                           "%0 = parameter \"p\" 0.5\n"
                                           "%1 = input \"x\"\n"
                                           "%2 = Mul %0 %1\n"
                                           "%3 = Mul %2 %2\n"
                                           "%4 = Mean %3\n"
                                           "output \"loss\" %4\n";
  const Outcome outcome = run("parity square.txt --json --seed 2");
  EXPECT_EQ(0, outcome.exit_code) << outcome.err;
  EXPECT_EQ(300, nlohmann::json::parse(outcome.out).at("examples"));
  std::ofstream(folder_ / "broken.txt") << "levelgrad program 1\n%0 = Mul %0 %0\n";
  const Outcome broken = run("parity broken.txt");
  EXPECT_EQ(3, broken.exit_code) << broken.err;
  EXPECT_EQ("", broken.out);
}

TEST_F(Program, TellsWhichBitIsWrong) {
  const Outcome outcome = run("parity moons --steps 1", "", LEVELGRAD_FLAWED_PROGRAM);
  EXPECT_EQ(6, outcome.exit_code) << outcome.err;
  EXPECT_NE(std::string::npos, outcome.out.find("first at 2: ")) << outcome.out;
  EXPECT_NE(std::string::npos, outcome.out.find("%2 = parameter \"layers.0.bias[0]\" at nn.cpp:"))
      << outcome.out;
  const Outcome json = run("parity moons --steps 1 --json", "", LEVELGRAD_FLAWED_PROGRAM);
  EXPECT_EQ(6, json.exit_code);
  EXPECT_FALSE(nlohmann::json::parse(json.out).at("identical"));
}

TEST_F(Program, RefusesWrongOptionsInOneLine) {
  expect_usage_error("", "levelgrad --help");
  expect_usage_error("fly", "fly");
  expect_usage_error("train", "preset");
  expect_usage_error("train suns", "suns");
  expect_usage_error("train moons --speed 3", "--speed");
  expect_usage_error("train moons --steps many", "--steps");
  expect_usage_error("train moons --steps -1", "--steps");
  expect_usage_error("train moons --hidden 16,0", "--hidden");
  expect_usage_error("train moons --hidden 16,x", "--hidden");
  expect_usage_error("train moons --hidden 100000,100000", "use fewer neurons");
  expect_usage_error("train moons --seed -1", "--seed");
  expect_usage_error("train moons --lr nan", "lr");
  expect_usage_error("train moons --lr -1", "lr");
  expect_usage_error("train moons --l2 inf", "l2");
  expect_usage_error("train moons --weights xavier", "--weights");
  expect_usage_error("train yinyang --weight-decay -1", "weight-decay");
  expect_usage_error("train yinyang --seed 0", "seed");
  expect_usage_error("train moons --executor abacus", "reference");
  expect_usage_error("train moons --threads 0", "--threads");
  expect_usage_error("train moons --points 1", "--points");
  expect_usage_error("train yinyang --noise 0.1", "--noise");
  expect_usage_error("train moons --noise 0.1", "--points");
  expect_usage_error("train moons --target x", "--data");
  expect_usage_error("train moons --data x.csv", "leave one of them out");
  expect_usage_error("train moons --beta1 0.5", "sgd");
  expect_usage_error("train moons --momentum 1", "momentum");
  expect_usage_error("train moons --batch 0", "--batch");
  expect_usage_error("train moons --batch 101", "100 examples");
  expect_usage_error("train moons --split 0.5,0.6,0.1", "1");
  expect_usage_error("train moons --loss mse", "numbers");
  expect_usage_error("train moons --trees 5", "--trees");
  expect_usage_error("train expressions --trees 0", "--trees");
  expect_usage_error("train expressions --trees 1000 --points 1000000", "--trees");
  expect_usage_error("train expressions --hidden 4", "--hidden");
  expect_usage_error("train expressions --lr 0", "lr");
  expect_usage_error("parity", "model");
  expect_usage_error("parity suns", "suns");
  expect_usage_error("parity moons --executor host,abacus", "abacus");
  expect_usage_error("parity moons --examples 0", "--examples");
  expect_usage_error("parity moons --dtype f16", "--dtype");
  expect_usage_error("parity moons --steps -1", "--steps");
  expect_usage_error("graph moons --example 100", "0 to 99");
  expect_usage_error("graph moons --format gif", "--format");
  expect_usage_error("schedule", "model");
  expect_usage_error("schedule suns", "neither a file");
  expect_usage_error("schedule moons --gpu h2000", "--gpu");
  expect_usage_error("schedule moons --dtype f16", "--dtype");
  expect_usage_error("schedule moons --format png", "--format");
  expect_usage_error("schedule moons --hidden 0", "--hidden");
  expect_usage_error("schedule moons --hidden 100000,100000", "use fewer neurons");
}

TEST_F(Program, SuggestsWhatWasMeant) {
  expect_usage_error("train moons --hiden 4",
                     "unknown option --hiden: did you mean --hidden? (see levelgrad train --help)");
  expect_usage_error("train --hiden 4 moons", "unknown option --hiden: did you mean --hidden?");
  expect_usage_error("emit moons --dtpye=f64", "unknown option --dtpye: did you mean --dtype?");
  expect_usage_error("--verson", "unknown option --verson: did you mean --version?");
  expect_usage_error("train moons --something 4", "unknown option --something (see");
  expect_usage_error("train moons ---", "unknown option --- (see");
  expect_usage_error("tarin moons", "unknown command tarin: did you mean train? (see");
  expect_usage_error("fly", "unknown command fly: there are train, eval,");
  expect_usage_error("train mons", "expressions: did you mean moons? (see levelgrad train --help)");
  expect_usage_error("train moons --weights eurkea", "did you mean eureka?");
  expect_usage_error("train moons --weights xavier",
                     "--weights: xavier is none of scaled, micrograd, eureka (see");
  expect_usage_error("train moons yinyang", "was not expected: yinyang (see");
}

TEST_F(Program, SaysWhatItIs) {
  const Outcome version = run("--version");
  EXPECT_EQ(0, version.exit_code);
  const std::regex line("levelgrad " LEVELGRAD_VERSION
                        " \\([A-Za-z]+ [0-9.]+, (no CUDA|CUDA [0-9.]+)\\)\n");
  EXPECT_TRUE(std::regex_match(version.out, line)) << version.out;
  const Outcome help = run("train --help");
  EXPECT_EQ(0, help.exit_code);
  EXPECT_NE(std::string::npos, help.out.find("--hidden"));
}

TEST_F(Program, SaysWhereItDiverged) {
  const Outcome outcome = run("train moons --lr 1e200");
  EXPECT_EQ(5, outcome.exit_code);
  EXPECT_EQ(1U, lines_of(outcome.out).size());  // the step before stays
  EXPECT_NE(std::string::npos, outcome.err.find("step 1: data of '*' at nn.cpp:")) << outcome.err;
  EXPECT_FALSE(fs::exists(folder_ / "runs/moons/model.safetensors"));
}

TEST_F(Program, ReportsFilesThatCannotBeWritten) {
  std::ofstream(folder_ / "file") << "in the way";
  const Outcome save = run("train moons --steps 1 --save file/pictures");
  EXPECT_EQ(3, save.exit_code);
  EXPECT_NE(std::string::npos, save.err.find("file/pictures")) << save.err;
  const Outcome log = run("train moons --steps 1 --log missing/run.jsonl");
  EXPECT_EQ(3, log.exit_code);
  EXPECT_NE(std::string::npos, log.err.find("missing/run.jsonl")) << log.err;
  const Outcome full = run("train moons --steps 1 --log /dev/full");
  EXPECT_EQ(3, full.exit_code);
  EXPECT_NE(std::string::npos, full.err.find("/dev/full")) << full.err;
}

TEST_F(Program, StopsAtInterruptWithoutLosingTheLog) {
  // --foreground: else timeout sends the signal twice, and the second one ends the program at once.
  const Outcome outcome = run("train moons --steps 1000000 --log run.jsonl",
                              "timeout --foreground --preserve-status -s INT 2");
  EXPECT_EQ(130, outcome.exit_code) << outcome.err;
  EXPECT_NE(std::string::npos, outcome.err.find("interrupted"));
  const std::vector<std::string> log = lines_of(read(folder_ / "run.jsonl"));
  EXPECT_GT(log.size(), 5U);
  EXPECT_EQ(lines_of(outcome.out).size(), log.size());
  for (const std::string& line : log) EXPECT_TRUE(nlohmann::json::accept(line)) << line;
}

TEST_F(Program, DrawsGraphs) {
  const Outcome dot = run("graph neuron");
  EXPECT_EQ(0, dot.exit_code);
  EXPECT_EQ(read(fs::path(LEVELGRAD_TESTS) / "golden/neuron.dot"), dot.out);
  const Outcome svg = run("graph moons --hidden 4,4 --format svg -o graph.svg");
  EXPECT_EQ(0, svg.exit_code);
  const std::string picture = read(folder_ / "graph.svg");
  EXPECT_NE(std::string::npos, picture.find("layers.0.weight[3][1]"));
  EXPECT_NE(std::string::npos, picture.find("</svg>"));
  const Outcome folded = run("graph moons --fold");
  EXPECT_NE(std::string::npos, folded.out.find("layers.1.out[15]"));
  EXPECT_EQ(std::string::npos, folded.out.find("layers.1.weight"));
}

TEST_F(Program, ExplainsSchedules) {
  const Outcome table = run("schedule moons");
  EXPECT_EQ(0, table.exit_code) << table.err;
  EXPECT_EQ("", table.err);
  EXPECT_TRUE(table.out.starts_with("moons on H200 SXM, f64\n")) << table.out;
  EXPECT_EQ(table.out, run("schedule moons --hidden 16,16 --gpu h200 --dtype f64").out);

  const Outcome json = run("schedule moons --format json --gpu a100 --dtype f32");
  EXPECT_EQ(0, json.exit_code);
  const auto report = nlohmann::json::parse(json.out);
  EXPECT_EQ(43, report.at("level_count"));
  EXPECT_EQ(644, report.at("nodes").at("body"));
  EXPECT_EQ("a100", report.at("gpu").at("name"));
  EXPECT_EQ("f32", report.at("dtype"));
  const Outcome small = run("schedule yinyang --hidden 4 --format json");
  EXPECT_EQ(2 * 4 + 4 + 4 * 3 + 3, nlohmann::json::parse(small.out).at("nodes").at("parameters"));

  EXPECT_EQ(0, run("schedule moons --format svg -o pictures/moons.svg").exit_code);
  EXPECT_NE(std::string::npos, read(folder_ / "pictures/moons.svg").find("644 nodes"));
  EXPECT_EQ(3, run("schedule moons -o out.txt/moons.txt").exit_code);
}

TEST_F(Program, EmitsProgramsThatItReadsAgain) {
  const Outcome text = run("emit moons --hidden 4");
  EXPECT_EQ(0, text.exit_code) << text.err;
  EXPECT_EQ("", text.err);
  EXPECT_TRUE(text.out.starts_with("levelgrad program 1\nhash ")) << text.out;
  EXPECT_EQ(0, run("emit moons --hidden 4 -o some/net.txt").exit_code);
  EXPECT_EQ(text.out, read(folder_ / "some/net.txt"));
  EXPECT_EQ(0, run("emit some/net.txt --to binary -o net.lgp").exit_code);
  EXPECT_EQ(read(folder_ / "net.lgp"), run("emit moons --hidden 4 --to binary").out);
  EXPECT_EQ(text.out, run("emit net.lgp").out);
  const Outcome parity = run("parity net.lgp --examples 130 --json");
  EXPECT_EQ(0, parity.exit_code) << parity.err;
  EXPECT_EQ(130, nlohmann::json::parse(parity.out).at("examples"));
  EXPECT_EQ(3, run("emit moons -o /dev/full").exit_code);
}

TEST_F(Program, EmitsFilesToTakeAway) {
  const Outcome cpp = run("emit moons --hidden 2 --to cpp");
  EXPECT_EQ(0, cpp.exit_code) << cpp.err;
  EXPECT_EQ("", cpp.err);
  EXPECT_TRUE(cpp.out.starts_with("// moons: a Program of levelgrad")) << cpp.out.substr(0, 200);
  EXPECT_NE(std::string::npos, cpp.out.find("int moons_step(const double* parameters"));
  const Outcome cuda = run("emit moons --hidden 2 --to cuda --dtype f32 -o some/net.cu");
  EXPECT_EQ(0, cuda.exit_code) << cuda.err;
  EXPECT_NE(std::string::npos,
            read(folder_ / "some/net.cu").find("int moons_step(const float* parameters"));
  expect_usage_error("emit moons --to fortran", "fortran");
  expect_usage_error("emit moons --to cpp --dtype f16", "f16");
  std::ofstream(folder_ / "file") << "in the way";
  const Outcome unwritable = run("emit moons --to cpp -o file/net.cpp");
  EXPECT_EQ(3, unwritable.exit_code);
  EXPECT_NE(std::string::npos, unwritable.err.find("file/net.cpp")) << unwritable.err;
  EXPECT_EQ(3, run("emit moons --to cuda -o /dev/full").exit_code);
}

TEST_F(Program, ReadsProgramFiles) {
  std::ofstream(folder_ / "relu.txt") << "levelgrad program 1\n%0 = input \"x\"\n%1 = Relu %0\n"
                                         "%2 = Mean %1\noutput \"loss\" %2\n";
  const Outcome good = run("schedule ./relu.txt --format json");
  EXPECT_EQ(0, good.exit_code) << good.err;
  EXPECT_EQ("relu.txt", nlohmann::json::parse(good.out).at("program"));
  expect_usage_error("schedule relu.txt --hidden 4", "--hidden");

  std::ofstream(folder_ / "strange\x01\".txt") << read(folder_ / "relu.txt");
  const Outcome strange = run("schedule 'strange\x01\".txt' --format json");
  EXPECT_EQ("strange\x01\".txt", nlohmann::json::parse(strange.out).at("program"));
  EXPECT_TRUE(run("schedule 'strange\x01\".txt'").out.starts_with("strange?\".txt on "));

  // What is wrong with a file is told with its line, or its node.
  std::ofstream(folder_ / "cut.txt") << "levelgrad program 1\n%0 = input\n";
  const Outcome cut = run("schedule cut.txt");
  EXPECT_EQ(3, cut.exit_code);
  EXPECT_NE(std::string::npos, cut.err.find("line 2")) << cut.err;
  std::ofstream(folder_ / "wrong.txt") << "levelgrad program 1\n%0 = input \"x\"\n"
                                          "%1 = Relu %0\noutput \"loss\" %1\n";
  const Outcome wrong = run("schedule wrong.txt");
  EXPECT_EQ(3, wrong.exit_code);
  EXPECT_NE(std::string::npos, wrong.err.find("must not differ")) << wrong.err;
  const Outcome folder = run("schedule .");
  EXPECT_EQ(3, folder.exit_code);
  EXPECT_NE(std::string::npos, folder.err.find("cannot read .")) << folder.err;
}

}  // namespace
