// SPDX-License-Identifier: MIT
//
// --resume: the options of a training that goes on.
#pragma once

#include "train_arguments.h"

namespace levelgrad::app {

/// Gives the arguments the options that the checkpoint was made with; it goes on in its folder.
/// Only where and how long it runs may be said anew.
///
/// errors   UsageError for options of the command line that would change the training; FileError,
///          DataError for a checkpoint that cannot be read.
void take_options_of_checkpoint(TrainArguments& arguments);

}  // namespace levelgrad::app
