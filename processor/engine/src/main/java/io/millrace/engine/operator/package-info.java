/** The contract of an operator and what it may use; each operator lives in a package of its own below this one. */
@NullMarked
package io.millrace.engine.operator;

import org.jspecify.annotations.NullMarked;
