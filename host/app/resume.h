// SPDX-License-Identifier: MIT
//
// --resume: the options of a training that goes on.
#pragma once

#include "run_folder.h"
#include "train_arguments.h"

namespace levelgrad::app {

/// Gives the arguments the options that the checkpoint was made with; it goes on in its folder.
/// Only where and how long it runs may be said anew.
///
/// errors   UsageError for options of the command line that would change the training; DataError
/// for
///          a checkpoint without options.
void take_options_of_checkpoint(TrainArguments& arguments, const StoredCheckpoint& checkpoint);

}  // namespace levelgrad::app
