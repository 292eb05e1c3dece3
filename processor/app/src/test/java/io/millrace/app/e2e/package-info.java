/** The whole product against a real broker: processes that are started, killed and restarted, and an oracle for what must come out. */
@NullMarked
package io.millrace.app.e2e;

import org.jspecify.annotations.NullMarked;
