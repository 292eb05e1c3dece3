/**
 * {@code millrace dev}: a job on an embedded broker with sample data, watched in the terminal, and its results checked against the
 * sample generator.
 */
@NullMarked
package io.millrace.app.dev;

import org.jspecify.annotations.NullMarked;
