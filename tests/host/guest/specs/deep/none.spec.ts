// SPDX-License-Identifier: MIT
// Has no tests.
import "gopark/test";
