/**
 * Event time: watermarks of single channels, their minimum, and how both are written in control records and commit metadata. It
 * knows no clock; whoever calls says what time it is.
 */
@NullMarked
package io.millrace.engine.time;

import org.jspecify.annotations.NullMarked;
