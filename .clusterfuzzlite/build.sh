#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
exec "${SRC:?}/hiveproof/scripts/oss-fuzz/build.sh"
