/** What a job's parts are called at run time. The engine does no I/O, starts no thread and reads no clock. */
@NullMarked
package io.millrace.engine;

import org.jspecify.annotations.NullMarked;
