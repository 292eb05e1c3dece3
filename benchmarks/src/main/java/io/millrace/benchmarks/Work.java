package io.millrace.benchmarks;

import io.millrace.benchmarks.bids.Bids;
import io.millrace.benchmarks.bids.FilterOracle;
import io.millrace.benchmarks.bids.Oracle;
import io.millrace.benchmarks.bids.WindowOracle;

/** What the engines are given to do. */
enum Work {
    A("filter and project, JSON to JSON") {
        @Override
        Oracle oracle(Bids bids) {
            return new FilterOracle(bids);
        }
    },
    B("count and sum per auction in windows of 10 s, through a repartition topic") {
        @Override
        Oracle oracle(Bids bids) {
            return new WindowOracle(bids);
        }
    };

    private final String description;

    Work(String description) {
        this.description = description;
    }

    abstract Oracle oracle(Bids bids);

    /** As in the options and the job files' names. */
    String letter() {
        return this == A ? "a" : "b";
    }

    String description() {
        return description;
    }

    static Work of(String letter) {
        for (Work work : values()) {
            if (work.letter().equals(letter)) {
                return work;
            }
        }
        throw new IllegalArgumentException("there is no work '" + letter + "'; there are a and b");
    }
}
