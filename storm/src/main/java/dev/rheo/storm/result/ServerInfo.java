package dev.rheo.storm.result;

/**
 * The server under test and the machine of the storm.
 *
 * @param kind {@code Rheo}, {@code kube-apiserver} or what else can be told
 * @param gitVersion of its {@code /version}, for example {@code v1.36.3}
 * @param local whether it runs on this machine
 * @param started whether the storm started it
 * @param cores processors of this machine
 * @param machineMemory bytes of this machine's memory, or -1
 */
public record ServerInfo(
    String kind,
    String gitVersion,
    boolean local,
    boolean started,
    int cores,
    long machineMemory) {}
