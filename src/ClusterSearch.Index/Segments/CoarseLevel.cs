namespace ClusterSearch.Index.Segments;

/// <summary>What a code stands for.</summary>
internal enum CoarseLevel
{
    /// <summary>Neighbouring samples that look alike: a code tells what single samples may score.</summary>
    Pieces,

    /// <summary>A unit as a whole: a third as many codes, which tell what most of its samples score.</summary>
    Units,
}
