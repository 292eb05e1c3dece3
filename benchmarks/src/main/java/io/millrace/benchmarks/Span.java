package io.millrace.benchmarks;

/**
 * What was measured of one run, between the first sample that saw the warm-up's share of the input committed and the sample
 * that saw the last commit.
 *
 * @param records input records that were committed in the span
 * @param warm false if so little was left after the warm-up that the span is the whole run, from the process's start
 * @param cpuNs processor time of the engine's process in the span
 * @param brokerCpuNs the same of the broker's process
 * @param wholeRecords all input records
 * @param wholeCpuNs processor time of the engine's process from its start to the last commit
 * @param wholeWallNs from the first commit that was seen to the last one
 */
record Span(
        long records,
        boolean warm,
        long wallNs,
        long cpuNs,
        long brokerCpuNs,
        long wholeRecords,
        long wholeCpuNs,
        long wholeWallNs) {
    double eventsPerSecond() {
        return records * 1e9 / wallNs;
    }

    /** Processor seconds of the engine per million input records. */
    double cpuSecondsPerMillion() {
        return cpuNs / 1e3 / records;
    }

    double brokerCpuSecondsPerMillion() {
        return brokerCpuNs / 1e3 / records;
    }

    /** The same for the whole process, start-up and compiling included. */
    double wholeCpuSecondsPerMillion() {
        return wholeCpuNs / 1e3 / wholeRecords;
    }
}
