/**
 * Hosts custom code: runs a {@link io.millrace.api.Processor} as an operator, with its state and timers in the step's store. A call of custom
 * code counts as a whole or not at all: what it writes and emits is held back until it has returned.
 */
@NullMarked
package io.millrace.engine.operator.process;

import org.jspecify.annotations.NullMarked;
