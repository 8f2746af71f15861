namespace ClusterSearch.Archive.Working;

/// <summary>
/// How many chunks to work on at once, found by trying: one more as long as that brings more footage a second, one fewer
/// when that brings no less. A pure state machine, fed with measurements; it neither measures nor waits.
/// <para>
/// Hysteresis: a step up must bring <see cref="GainWanted"/>, a step down may cost <see cref="LossAllowed"/>. After a step that did not pay
/// it rests for <see cref="RestWindows"/> measurements, twice as many each further time, so that a machine in balance is left alone;
/// footage that changes is found out when the rest ends.
/// </para>
/// </summary>
public sealed class SlotTuner
{
    public const double GainWanted = 0.05;
    public const double LossAllowed = 0.02;
    public const int RestWindows = 4;
    private const int LongestRest = 64;

    private readonly int _maximum;
    private double? _before;
    private int _step = 1;
    private int _rest;
    private int _nextRest = RestWindows;
    private bool _isTrial;

    /// <param name="start">Slots to begin with.</param>
    /// <param name="maximum">Never more than these.</param>
    public SlotTuner(int start, int maximum)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maximum, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(start, 1);
        _maximum = maximum;
        Slots = Math.Min(start, maximum);
    }

    /// <summary>What to work with until the next measurement.</summary>
    public int Slots { get; private set; }

    /// <param name="footagePerSecond">Seconds of footage done a second, with all of <see cref="Slots"/> busy.</param>
    /// <param name="canGrow">Whether memory allows one more.</param>
    /// <returns>Slots from now on.</returns>
    public int Observe(double footagePerSecond, bool canGrow)
    {
        if (_isTrial) Judge(footagePerSecond);
        else _before = footagePerSecond;
        if (_rest > 0)
        {
            _rest--;
            return Slots;
        }
        Try(canGrow);
        return Slots;
    }

    /// <summary>Memory ran short: back by one, and no trial for a while.</summary>
    public int GiveWay()
    {
        if (Slots > 1) Slots--;
        (_isTrial, _before, _step, _rest) = (false, null, -1, _nextRest);
        return Slots;
    }

    private void Judge(double footagePerSecond)
    {
        _isTrial = false;
        var pays = _step > 0 ? footagePerSecond >= _before * (1 + GainWanted) : footagePerSecond >= _before * (1 - LossAllowed);
        if (pays)
        {
            _before = footagePerSecond;
            _nextRest = RestWindows;
            return;
        }
        Slots -= _step;
        _step = -_step;
        _rest = _nextRest;
        _nextRest = Math.Min(_nextRest * 2, LongestRest);
    }

    private void Try(bool canGrow)
    {
        if (_step > 0 && (Slots == _maximum || !canGrow)) _step = -1;
        else if (_step < 0 && Slots == 1) _step = 1;
        if (_step > 0 && (Slots == _maximum || !canGrow)) return;
        Slots += _step;
        _isTrial = true;
    }
}
