package io.millrace.app.wire;

import java.util.Locale;
import org.apache.kafka.common.protocol.Errors;

/** What happens to one request on its way. */
public sealed interface Fate {
    /** Nothing. */
    Fate FORWARD = new Forward();
    /** The connection breaks before the broker has got it. */
    Fate CUT = new Cut();
    /** The broker carries it out; the connection breaks instead of the response. */
    Fate LOSE_RESPONSE = new LoseResponse();

    /** What it is called in reports. */
    String kind();

    record Forward() implements Fate {
        @Override
        public String kind() {
            return "forwarded";
        }
    }

    record Cut() implements Fate {
        @Override
        public String kind() {
            return "request lost";
        }
    }

    record LoseResponse() implements Fate {
        @Override
        public String kind() {
            return "response lost";
        }
    }

    /** It, and all that come behind it on its connection, get to the broker later: also if the client has given up meanwhile. */
    record Delay(long delayMs) implements Fate {
        public Delay {
            if (delayMs <= 0) {
                throw new IllegalArgumentException("a delay of " + delayMs + " ms is none");
            }
        }

        @Override
        public String kind() {
            return "delayed";
        }
    }

    /** The broker does not get it; the client is answered with this error. */
    record Answer(Errors error) implements Fate {
        public Answer {
            if (error == Errors.NONE) {
                throw new IllegalArgumentException("a request that the broker did not get cannot have succeeded");
            }
        }

        @Override
        public String kind() {
            return "answered " + error.name().toLowerCase(Locale.ROOT);
        }
    }
}
