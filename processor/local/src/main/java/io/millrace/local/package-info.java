/**
 * What a laptop and a test need in place of a cluster: a real one-node broker, in this process or in a child process that can be
 * killed, a cluster of such processes, sample clicks that an oracle can recompute, and the few helpers to make and read topics. It knows
 * nothing of jobs.
 */
@NullMarked
package io.millrace.local;

import org.jspecify.annotations.NullMarked;
