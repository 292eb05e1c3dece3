/**
 * SQL expressions: from text to a checked, typed expression and on to compiled Java. The only package that may see Calcite.
 * It knows columns and types, and nothing of steps, stages or topics.
 */
@NullMarked
package io.millrace.plan.expression;

import org.jspecify.annotations.NullMarked;
